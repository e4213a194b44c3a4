use crypto::id_token::IdTokenError;
use saml::response::ResponseError;

use crate::egress::EgressError;
use crate::egress::oauth::OAuthError;

/// Why an issuer signed nobody in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IssuerError {
    #[error("there is no such issuer here")]
    Unknown,
    #[error("this server does not know its own address")]
    NoOrigin,
    #[error("this sign-in was used already, or has expired: begin again")]
    Gone,
    #[error("this sign-in was begun in another browser, or by another issuer: begin again")]
    Foreign,
    #[error("the issuer was told no")]
    SaidNo,
    #[error("the answer is in another issuer's name: begin again")]
    MixedUp,
    #[error("the issuer describes itself wrongly: {0}")]
    Metadata(&'static str),
    #[error("what the issuer signed was not accepted: {0}")]
    Token(#[from] IdTokenError),
    #[error("the provider's answer was not accepted: {0}")]
    Saml(#[from] ResponseError),
    #[error("the issuer's answer lacks {0}")]
    Lacks(&'static str),
    #[error("the issuer does not know the code: begin again")]
    Code,
    #[error("the issuer refused this server: {0}")]
    Refused(String),
    #[error("the issuer cannot be asked: {0}")]
    Egress(#[from] EgressError),
    #[error("the issuer vouches for no address")]
    Unverified,
    #[error("the address has an account here, which this issuer is not linked to")]
    Exists,
    #[error("this account is linked to somebody else")]
    Taken,
    #[error("this account is linked to you already")]
    Yours,
    #[error("there are as many linked accounts as a person can have")]
    Full,
    #[error("the issuer did not ask for credentials")]
    Stale,
    #[error("the issuer means somebody else")]
    Other,
    #[error("this provider lets nobody in")]
    Off,
    #[error("whom the provider means is not a member any more")]
    Removed,
    #[error("the provider names no address")]
    NoAddress,
    #[error("the address is of no domain that the organisation has shown to be its own")]
    Outside,
    #[error("the provider makes no accounts, and nobody is known by it")]
    Stranger,
    #[error("the address has an account, which this provider is not linked to")]
    ProviderExists,
    #[error("the provider knows this person as somebody else")]
    LinkedOther,
    #[error("there is no such domain here")]
    UnknownDomain,
}

impl IssuerError {
    /// A stable code.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Unknown | Self::NoOrigin => "identity.unknown_issuer",
            Self::Gone => "identity.attempt_gone",
            Self::Foreign => "identity.attempt_foreign",
            Self::SaidNo => "identity.issuer_said_no",
            Self::MixedUp => "identity.issuer_mixed_up",
            Self::Metadata(_) => "identity.issuer_metadata",
            Self::Token(_) | Self::Lacks(_) => "identity.issuer_token",
            Self::Saml(error) => error.code(),
            Self::Code => "identity.issuer_code",
            Self::Refused(_) => "identity.issuer_refused",
            Self::Egress(_) => "identity.issuer_unreachable",
            Self::Unverified => "identity.address_unverified",
            Self::Exists => "identity.account_exists",
            Self::Taken => "identity.identity_taken",
            Self::Yours => "identity.identity_yours",
            Self::Full => "identity.identities_full",
            Self::Stale => "identity.issuer_stale",
            Self::Other => "identity.issuer_other",
            Self::Off => "identity.provider_off",
            Self::Removed => "identity.provider_removed",
            Self::NoAddress => "identity.provider_no_address",
            Self::Outside => "identity.provider_outside",
            Self::Stranger => "identity.provider_stranger",
            Self::LinkedOther => "identity.provider_linked",
            Self::UnknownDomain => "identity.unknown_domain",
            Self::ProviderExists => "identity.provider_exists",
        }
    }
}

impl From<OAuthError> for IssuerError {
    fn from(error: OAuthError) -> Self {
        match error {
            OAuthError::DeadGrant => Self::Code,
            OAuthError::Refused { error } => Self::Refused(error),
            OAuthError::Egress(error) => Self::Egress(error),
            OAuthError::NoToken => Self::Lacks("an access token"),
            OAuthError::NoSecret | OAuthError::Connection(_) => Self::Refused("other".to_owned()),
        }
    }
}
