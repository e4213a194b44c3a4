//! The authorization server: RFC 6749 with RFC 7636 (PKCE), 7009 (revocation), 8414 (metadata),
//! 9207 (issuer in the answer) and the advice of RFC 9700. Promises: a code works once, a refresh
//! token works once, and a second use of either ends everything that came from it.

mod attempts;
mod authorize;
mod client_auth;
mod code;
mod consent;
mod exchange;
mod grant;
mod metadata;
mod mint;
mod pkce;
mod refresh;
mod reply;
mod request;
mod revoke;
mod scope;
mod token;
mod token_error;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub(crate) use attempts::Attempts;
pub(crate) use code::PendingCodes;
pub(crate) use grant::Grants;
pub use scope::{Scope, Scopes, UnknownScope};

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route(
            "/.well-known/oauth-authorization-server",
            get(metadata::metadata),
        )
        .route(
            "/authorize",
            get(authorize::authorize).post(consent::consent),
        )
        .route("/token", post(token::token))
        .route("/revoke", post(revoke::revoke))
}
