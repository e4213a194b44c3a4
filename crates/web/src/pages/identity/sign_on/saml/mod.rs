//! Signing in by an organisation's provider of SAML 2.0: who we are, and back from there in two posts.
//!
//! A provider's page has the browser post its answer, from another site: no cookie of ours comes with that. So it is
//! shown in a form of ours, which the browser posts again, and which is then an ordinary form with cookies and token.

mod acs;
mod metadata;

use http::Method;
use kernel::sign_on_path as door_at;

use crate::route::Routes;

pub(super) fn mount(routes: Routes) -> Routes {
    routes
        .page(
            Method::GET,
            door_at!("/{provider}/metadata"),
            metadata::metadata,
        )
        .relay(door_at!("/{provider}/acs"), acs::acs)
}
