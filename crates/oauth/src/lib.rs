//! The OAuth 2.1 authorization server (draft-ietf-oauth-v2-1, RFC 9700) for AI clients, the desktop app
//! and API clients.
//!
//! Promises: a grant is a person's, made at a browser, never of more than they hold, and ends on its
//! next use once it is revoked; a client has no secret and proves each code with PKCE; a refresh token
//! that comes back ends its family; no redirect leads where a client did not register; nothing here
//! keeps a token in clear.

mod authorize;
mod client;
mod consent;
mod device;
mod give_back;
mod grants;
mod keys;
mod limit;
mod pkce;
mod redeem;
mod redirect;
mod refresh;
mod resource;
mod store;
mod sweep;
mod token_error;
mod uses;

pub use authorize::{RawRequest, Request, RequestError, Returned};
pub use client::{Client, NewClient, NewClientError, client, register};
pub use consent::consent;
pub use device::{
    DeviceCode, DeviceRequest, Poll, UserCode, decide_device, device_request, poll_device,
    start_device,
};
pub use give_back::give_back;
pub use grants::{GrantRow, grants, revoke_grant};
pub use keys::{TokenKeys, jwks};
pub use limit::{ClientLimit, client_limit, limit_clients};
pub use pkce::{Verifier, VerifierError};
pub use redeem::{Redeem, redeem_code};
pub use refresh::{Refresh, refresh};
pub use resource::Resources;
pub use sweep::sweep;
pub use token_error::TokenError;
pub use uses::TokenUses;

use kernel::{Secret, TokenHash};
use std::time::Duration;

/// How long an access token is good.
pub const ACCESS_LIFETIME: Duration = Duration::from_mins(15);
/// The longest that a grant lasts, however often it is refreshed.
pub const GRANT_LIFETIME: Duration = Duration::from_hours(90 * 24);
/// How long a device code waits for its person.
pub const DEVICE_LIFETIME: Duration = Duration::from_mins(10);
/// How long a device waits between two polls, at first.
pub const DEVICE_INTERVAL: Duration = Duration::from_secs(5);
/// What a client gets that names no scope.
pub const USUAL_SCOPES: [&str; 4] = [
    "approvals.propose",
    "approvals.read",
    "connectors.read",
    "insight.read",
];

/// Who asks, for the person who looks at the grant later.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// What the client calls itself (User-Agent).
    pub agent: &'a str,
    /// Where it asks from.
    pub address: &'a str,
}

/// What a client was given. Its access token has still to be signed.
#[derive(Debug)]
pub struct Issued {
    /// The right to have it signed, once.
    pub ticket: TokenHash,
    /// The refresh token.
    pub refresh: Secret<String>,
    /// What the access token allows.
    pub scopes: Vec<String>,
}
