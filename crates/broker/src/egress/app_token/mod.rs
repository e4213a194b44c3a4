//! Tokens that an app asks for under its own key, as its manifest describes it: for an installation, with the
//! permissions that are needed, for one thing alone where it is for a write. They leave through the same door as
//! everything else.

mod answer;
mod mint;

use std::collections::BTreeMap;

use crypto::app_key::AppKey;
use kernel::Secret;
use manifest::{AppKeyRule, FactsError, InstanceUrl, Manifest, Narrowed};
use time::OffsetDateTime;

use super::EgressError;

/// An app, as its provider knows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AppClient<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) rule: &'a AppKeyRule,
    /// The connection's base URL, for apps that have many.
    pub(crate) instance: Option<&'a InstanceUrl>,
    /// The app's identifier.
    pub(crate) app: &'a str,
    /// Where it is installed.
    pub(crate) installation: &'a str,
    pub(crate) key: &'a AppKey,
}

/// What a token is to be for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// Levels by permission.
    pub(crate) permissions: BTreeMap<String, String>,
    /// The one thing, for a write.
    pub(crate) narrowed: Option<Narrowed>,
}

/// A token of an installation, which holds no more than was wanted.
#[derive(Debug)]
pub(crate) struct AppToken {
    pub(crate) token: Secret<String>,
    /// When it ends; nothing where that was not said.
    pub(crate) expires_at: Option<OffsetDateTime>,
    /// What it holds: permissions with their levels.
    pub(crate) holds: Vec<String>,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppTokenError {
    /// 401, whatever the clock.
    #[error(
        "the app's key is not accepted: see that the key is this app's, and that nobody deleted it there"
    )]
    KeyRefused,
    /// 403, and no word of a limit.
    #[error("the installation is suspended: lift that at the provider")]
    Suspended,
    /// 404.
    #[error(
        "the app is not installed there: see that the identifiers of the app and of the installation are right, and that nobody uninstalled it"
    )]
    Gone,
    /// 422.
    #[error(
        "the installation does not have what is needed: give it the permissions, and what the request is about"
    )]
    NotGranted,
    /// More permissions, a higher level, or another thing than was asked for.
    #[error(
        "the token that came holds more than was asked for, and was not used: see that the owner and repository are right, and what the app may do at the provider"
    )]
    MoreThanAsked,
    /// Nothing that could be used.
    #[error(
        "the answer holds no token: try again, and tell whoever maintains the manifest if it stays so"
    )]
    NoToken,
    /// The key cannot sign.
    #[error("the key cannot sign: paste it again, whole")]
    Key,
    /// The connection is incomplete.
    #[error(transparent)]
    Connection(#[from] FactsError),
    /// The call failed like any other may.
    #[error(transparent)]
    Egress(#[from] EgressError),
}

impl AppTokenError {
    /// A stable code.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::KeyRefused => "connectors.key_refused",
            Self::Suspended => "connectors.installation_suspended",
            Self::Gone => "connectors.installation_gone",
            Self::NotGranted => "connectors.permissions_missing",
            Self::MoreThanAsked => "connectors.more_than_asked",
            Self::NoToken => "connectors.no_token",
            Self::Key => "connectors.key_cannot_sign",
            Self::Connection(_) => "oauth.connection",
            Self::Egress(error) => error.code(),
        }
    }

    /// Whether it is the provider's word that this key or its installation is over: a person has to act.
    pub(crate) const fn is_over(&self) -> bool {
        matches!(self, Self::KeyRefused | Self::Suspended | Self::Gone)
    }
}
