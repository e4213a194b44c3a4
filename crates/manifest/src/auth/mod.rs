//! How an app grants access, as data: OAuth 2, with what this app does differently from the standard,
//! a credential that people
//! paste, or the key of an app that signs for itself; how it travels, and how a grant ends.

mod app_key;
mod authorize;
mod class;
mod parse;
mod parse_app_key;
mod parse_paste;
mod parse_placement;
mod parse_token;
mod paste;
mod placement;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::address::{Endpoint, HostRef};
use crate::answer::{FieldPath, FieldTree};

pub use app_key::{
    AppKeyRule, InstallationTokenRule, NarrowRule, Narrowed, permission, permissions,
};
pub use authorize::{AuthorizeError, AuthorizeRequest};
pub use class::CredentialClass;
pub(crate) use parse::{class_of, parse_auth, parse_class};
pub use paste::{CredentialTold, PasteRule, PastedProblem, ToldRule};
pub use placement::{CredentialHeader, CredentialPlacement};

/// How an app grants access.
#[derive(Debug)]
pub struct AuthPlane {
    /// How a person gives it.
    pub way: Way,
    /// How a grant ends.
    pub revoke: RevokeRule,
    /// How a credential travels.
    pub credential: CredentialPlacement,
}

/// How a person gives access.
#[derive(Debug)]
pub enum Way {
    /// At the app, by OAuth 2.
    OAuth(Box<OAuthPlane>),
    /// By pasting a credential that the app made.
    Paste(Box<PasteRule>),
    /// By the key of an app that the organisation registered.
    AppKey(Box<AppKeyRule>),
}

/// OAuth 2, as an app has it.
#[derive(Debug)]
pub struct OAuthPlane {
    /// Whether PKCE (RFC 7636, S256) is used.
    pub pkce: Pkce,
    /// How the client proves itself at the token endpoint.
    pub client_auth: ClientAuth,
    /// What stands between scopes in a request.
    pub scope_separator: char,
    /// Where a code becomes a token.
    pub token: TokenEndpoint,
    /// How refresh tokens behave; `None` when the app gives none.
    pub refresh: Option<RefreshRule>,
    pub(crate) authorize: Endpoint,
    pub(crate) authorize_extra: BTreeMap<String, String>,
}

impl AuthPlane {
    /// The class of credential that a connection is given.
    pub const fn class(&self) -> CredentialClass {
        match &self.way {
            Way::OAuth(_) => CredentialClass::OAuth2,
            Way::Paste(rule) => rule.class,
            Way::AppKey(_) => CredentialClass::AppKey,
        }
    }

    /// OAuth 2, where that is the way.
    pub fn oauth(&self) -> Option<&OAuthPlane> {
        match &self.way {
            Way::OAuth(plane) => Some(plane),
            Way::Paste(_) | Way::AppKey(_) => None,
        }
    }

    /// What people paste, where that is the way.
    pub const fn paste(&self) -> Option<&PasteRule> {
        match &self.way {
            Way::OAuth(_) | Way::AppKey(_) => None,
            Way::Paste(rule) => Some(rule),
        }
    }

    /// How an app signs for itself, where that is the way.
    pub fn app_key(&self) -> Option<&AppKeyRule> {
        match &self.way {
            Way::OAuth(_) | Way::Paste(_) => None,
            Way::AppKey(rule) => Some(rule),
        }
    }

    /// Whether tokens are asked for, and hold what was asked.
    pub const fn has_scopes(&self) -> bool {
        !matches!(self.way, Way::Paste(_))
    }
}

impl OAuthPlane {
    /// Whether each instance grants access to itself, as its own issuer.
    pub fn is_at_instance(&self) -> bool {
        self.authorize.host == HostRef::Instance
    }
}

/// Whether PKCE is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pkce {
    /// The app refuses requests without it.
    Required,
    /// The app takes it: it is always used.
    Optional,
    /// The app breaks on it.
    Never,
}

/// How the client proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuth {
    /// RFC 6749 2.3.1, HTTP Basic.
    Basic,
    /// RFC 6749 2.3.1, parameters in the body.
    Body,
    /// A public client: its identifier alone.
    None,
}

/// How parameters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// `application/x-www-form-urlencoded`, as RFC 6749 has it.
    Form,
    /// A JSON object.
    Json,
}

/// Where a code becomes a token.
#[derive(Debug)]
pub struct TokenEndpoint {
    /// Its address.
    pub endpoint: Endpoint,
    /// How parameters are written.
    pub encoding: Encoding,
    /// Where in an answer things are.
    pub fields: TokenFields,
    /// What stands between scopes in an answer.
    pub granted_scope_separator: char,
    /// Error codes that say that a grant is gone for good.
    pub dead_grant: Vec<String>,
}

/// Where in a token answer things are. A lifetime that is not there is not known: it is never
/// inferred.
#[derive(Debug)]
pub struct TokenFields {
    /// The access token.
    pub access_token: FieldPath,
    /// The refresh token.
    pub refresh_token: FieldPath,
    /// Seconds that the access token lives.
    pub expires_in: FieldPath,
    /// Seconds that the refresh token lives.
    pub refresh_expires_in: FieldPath,
    /// What was granted.
    pub scope: FieldPath,
    /// An error code, whatever the status: some apps answer errors with 200.
    pub error: FieldPath,
    /// All of them.
    pub tree: FieldTree,
}

/// How refresh tokens behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshRule {
    /// Whether each use gives a new refresh token and ends the old one.
    pub rotates: bool,
    /// How long a used refresh token may be sent again, for an answer that was lost.
    pub replay_leeway: Duration,
}

/// How a grant ends.
#[derive(Debug)]
pub enum RevokeRule {
    /// By a request.
    Request(RevokeRequest),
    /// The app has no request for it: what to tell the person instead.
    Absent {
        /// What the person can do.
        advice: String,
    },
}

impl RevokeRule {
    /// Whether the app is told by the authority of the token that is to end.
    pub const fn by_token(&self) -> bool {
        match self {
            Self::Request(request) => matches!(request.authenticate, RevokeAuth::Token),
            Self::Absent { .. } => false,
        }
    }
}

/// The request that ends a grant.
#[derive(Debug)]
pub struct RevokeRequest {
    /// Its address.
    pub endpoint: Endpoint,
    /// `POST` or `DELETE`.
    pub method: RevokeMethod,
    /// Who asks.
    pub authenticate: RevokeAuth,
    /// How parameters are written.
    pub encoding: Encoding,
    /// The parameter that holds the token (`token` in RFC 7009); `None` when the credential itself
    /// is what ends.
    pub token_field: Option<String>,
    /// What a person has to do at the app beside it.
    pub remains: Option<String>,
}

/// The method of a revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeMethod {
    /// RFC 7009 2.1.
    Post,
    /// As some apps have it.
    Delete,
}

/// Who asks for a revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeAuth {
    /// The client, as this says.
    Client(ClientAuth),
    /// Whoever holds the token.
    Token,
}
