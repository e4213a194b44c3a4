//! Signing in by other issuers: to them, back from them, and what they know a person as.

mod begin;
mod come_back;
mod identities;
mod sign_up;

pub(super) use begin::{Onward, begin, or_back};
pub(super) use come_back::{Returned, returned};

use broker::protocol::IssuerFace;
use crypto::digest::{Digest, sha256};
use http::{HeaderMap, Method};
use ui::identity::IssuerChoice;

use crate::AppState;
use crate::route::{Pace, Routes, Surface};
use crate::session::{Cookies, Names, cookie};

pub(super) fn mount(routes: Routes) -> Routes {
    let asks_broker = (Surface::Page, Pace::Broker);
    let at = |path| (Method::POST, path);
    routes
        .mount(at("/sign-in/with/{issuer}"), asks_broker, begin::sign_in)
        .mount(
            (Method::GET, "/sign-in/with/{issuer}/callback"),
            asks_broker,
            come_back::come_back,
        )
        .mount(at("/prove/with/{issuer}"), asks_broker, begin::prove)
        .mount(
            at("/security/identities/link/{issuer}"),
            asks_broker,
            identities::link,
        )
        .page(
            Method::POST,
            "/security/identities/{id}/unlink",
            identities::unlink,
        )
        .page(Method::POST, "/sign-up/with", sign_up::sign_up)
}

/// As long as an attempt is good, and the form after it.
const LIFETIME: time::Duration = time::Duration::minutes(20);

/// What only this browser keeps, so that nobody else comes back with its state (RFC 9700 4.7): a digest of it,
/// and its cookie.
fn browser(state: &AppState, cookies: &Cookies) -> (Digest, HeaderMap) {
    let value = cookies.issuer.clone().unwrap_or_else(|| {
        let mut random = [0_u8; 32];
        state.db.chance().fill(&mut random);
        hex::encode(random)
    });
    let names = Names::of(state.is_https());
    let set = cookie::set(
        (names, names.issuer),
        &state.cookie_key,
        &value,
        Some(LIFETIME),
    );
    let mut headers = HeaderMap::new();
    cookie::add(&mut headers, set);
    (sha256(value.as_bytes()), headers)
}

/// The digest of a browser that comes back; of nothing, where it kept nothing.
fn known_browser(cookies: &Cookies) -> Digest {
    sha256(cookies.issuer.as_deref().unwrap_or_default().as_bytes())
}

/// The issuers of this server, as pages offer them.
pub(super) fn choices(issuers: &[IssuerFace]) -> Vec<IssuerChoice> {
    let choice = |face: &IssuerFace| IssuerChoice {
        id: face.id.clone(),
        name: face.name.clone(),
    };
    issuers.iter().map(choice).collect()
}
