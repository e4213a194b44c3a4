//! The endpoints of the OAuth authorization server that clients call: metadata, registration, tokens,
//! devices. What people see of it is in `pages/oauth`.

mod answer;
mod device_authorization;
mod metadata;
mod register;
mod revoke;
mod token;

use http::Method;

use crate::route::{Pace, Routes, Surface};

pub(crate) fn mount(routes: Routes) -> Routes {
    let ours = (Surface::Oauth, Pace::Ordinary);
    routes
        .mount(
            (Method::GET, "/.well-known/oauth-authorization-server"),
            ours,
            metadata::server,
        )
        .mount(
            (Method::GET, "/.well-known/oauth-protected-resource/mcp"),
            ours,
            metadata::mcp,
        )
        .mount(
            (Method::GET, "/.well-known/oauth-protected-resource/api"),
            ours,
            metadata::api,
        )
        .mount((Method::GET, "/oauth/jwks.json"), ours, metadata::jwks)
        .mount((Method::POST, "/oauth/register"), ours, register::register)
        .mount(
            (Method::POST, "/oauth/device_authorization"),
            ours,
            device_authorization::device_authorization,
        )
        // The broker signs.
        .mount(
            (Method::POST, "/oauth/token"),
            (Surface::Oauth, Pace::Broker),
            token::token,
        )
        .mount((Method::POST, "/oauth/revoke"), ours, revoke::revoke)
}

/// Whether a client may have the permission at all.
pub(crate) fn grantable(name: &str) -> bool {
    access::catalogue::find(name).is_some_and(|permission| permission.for_programs)
}
