/// Why the token endpoint gives nothing (RFC 6749 5.2, RFC 8628 3.5, RFC 8707 2).
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// A parameter is missing or wrong.
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// No such client is registered.
    #[error("no such client is registered here")]
    InvalidClient,
    /// The code or token is unknown, used, expired, revoked, or of another client.
    #[error("this was used already, has expired, was revoked, or is not this client's")]
    InvalidGrant,
    /// More than the grant holds.
    #[error("the grant does not hold this scope")]
    InvalidScope,
    /// A resource that is not this server's.
    #[error("this server gives no tokens for that resource")]
    InvalidTarget,
    /// Not one of ours.
    #[error("this server knows authorization_code, refresh_token and device_code")]
    UnsupportedGrantType,
    /// The person has not answered yet.
    #[error("the person has not answered yet")]
    AuthorizationPending,
    /// The client polls faster than it was told.
    #[error("wait five seconds longer between two polls")]
    SlowDown,
    /// The person said no.
    #[error("the person said no")]
    AccessDenied,
    /// The device code is over.
    #[error("the device code has expired")]
    ExpiredToken,
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] db::Error),
}

impl TokenError {
    /// The code of the answer; none where it is no answer of the protocol's.
    pub const fn code(&self) -> Option<&'static str> {
        Some(match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::AccessDenied => "access_denied",
            Self::ExpiredToken => "expired_token",
            Self::Database(_) => return None,
        })
    }
}
