//! The OAuth 2 calls of an app, as its manifest describes them: a code for tokens, new tokens for
//! old, the end of a grant. They leave through the same door as everything else.

mod answer;
pub(super) mod call;
mod exchange;
mod refresh;
mod revoke;

use kernel::Secret;
use manifest::{InstanceUrl, Manifest, OAuthPlane};

use super::EgressError;

pub use answer::TokenAnswer;
pub use exchange::CodeExchange;
pub use revoke::Revoked;

/// This server, as an app knows it.
#[derive(Debug, Clone, Copy)]
pub struct OAuthClient<'a> {
    /// What the app wants of clients.
    pub manifest: &'a Manifest,
    /// The connection's base URL, for apps that have many.
    pub instance: Option<&'a InstanceUrl>,
    /// The identifier that the app gave.
    pub id: &'a str,
    /// The secret that the app gave; none for a public client.
    pub secret: Option<&'a Secret<String>>,
}

impl<'a> OAuthClient<'a> {
    /// The app's OAuth 2.
    fn oauth(&self) -> Result<&'a OAuthPlane, OAuthError> {
        let oauth = self.manifest.auth.oauth();
        oauth.ok_or(OAuthError::Egress(EgressError::CredentialClass))
    }
}

/// Why an app gave no tokens, or did not end a grant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OAuthError {
    /// The code or refresh token is dead (RFC 6749 5.2, `invalid_grant`). Before a connection is
    /// called dead, its row is read again: another process may have refreshed it.
    #[error("the app no longer knows this grant")]
    DeadGrant,
    /// The app refused for another reason, such as a wrong client secret.
    #[error("the app refused: {error}")]
    Refused {
        /// The app's error code (RFC 6749 5.2), or `other` when it is none.
        error: String,
    },
    /// The answer has no token where the manifest says.
    #[error("the app's answer holds no token")]
    NoToken,
    /// The client has no secret, and the app wants one.
    #[error("this app needs a client secret")]
    NoSecret,
    /// The connection lacks its base URL, or the client identifier cannot stand in a path.
    #[error(transparent)]
    Connection(#[from] manifest::FactsError),
    /// The call failed like any other may.
    #[error(transparent)]
    Egress(#[from] EgressError),
}

impl OAuthError {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DeadGrant => "oauth.dead_grant",
            Self::Refused { .. } => "oauth.refused",
            Self::NoToken => "oauth.no_token",
            Self::NoSecret => "oauth.no_secret",
            Self::Connection(_) => "oauth.connection",
            Self::Egress(error) => error.code(),
        }
    }
}
