use std::time::Duration;

use crypto::app_key::AppKeyProblem;
use crypto::canonical::CanonicalError;
use crypto::passkey::PasskeyError;
use manifest::{AuthorizeError, FactsError, InstanceError, NotNamed, PastedProblem, PlanError};
use time::OffsetDateTime;

use crate::egress::EgressError;
use crate::egress::app_token::AppTokenError;
use crate::egress::oauth::OAuthError;
use crate::files::FileError;
use crate::issuer::IssuerError;
use crate::protocol::Failure;
use crate::provider::TxtError;
use crate::rotation::told;
use crate::vault::VaultError;

/// Why the broker did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BrokerError {
    #[error("not signed in, or not any more")]
    Unauthenticated,
    #[error("the credential does not allow this")]
    Forbidden,
    #[error("there is no such connection")]
    NoConnection,
    #[error("you may see this connection, and not use it: ask whoever connected it")]
    ViewOnly,
    #[error("there is no such proposal")]
    NoProposal,
    #[error("this server has no manifest for the app any more")]
    NoApp,
    #[error("the app has no such operation")]
    NoOperation,
    #[error("this operation writes: propose it, and let a person approve it")]
    NotARead,
    #[error("this operation reads: it needs no approval")]
    NotAWrite,
    #[error(
        "this connection was made for reading: its token cannot write. Connect the app for writing as well"
    )]
    ReadConnection,
    #[error("the connection is not connected: connect it under Customization → Connectors")]
    NotConnected,
    #[error(
        "the app does not accept the connection any more: reconnect it under Customization → Connectors"
    )]
    Reconnect,
    #[error("{0}")]
    Arguments(String),
    #[error(
        "this round trip was used already, has expired, or was begun by somebody else: connect again"
    )]
    DeadState,
    #[error("the app answered in another app's name: connect again")]
    Issuer,
    #[error(
        "the app granted nothing at the address of this connection: connect again, and choose the one at that address there"
    )]
    InstanceNotGranted(#[from] NotNamed),
    #[error("this app takes no credential of this class: its page says which one it takes")]
    CredentialClass,
    #[error("{0}")]
    Pasted(#[from] PastedProblem),
    #[error(
        "the app does not accept it: see that it was copied whole, and that it is not expired, and paste it again"
    )]
    CredentialRefused,
    #[error("{0}")]
    AppKey(#[from] AppKeyProblem),
    #[error("write the app's identifier and that of its installation, as the provider shows them")]
    KeyOf,
    #[error(transparent)]
    AppToken(AppTokenError),
    #[error("the app has no client secret yet: give the one that the app made for this server")]
    NoClientSecret,
    #[error("the rules for this app changed since it was proposed: propose it anew")]
    PayloadChanged,
    #[error("there is no access token to sign for this ticket")]
    NoTicket,
    #[error("the app took too long to renew the token, and it was not sent: propose it anew")]
    TooLate,
    #[error("the app takes too long to renew the token: try again")]
    RefreshTooLong,
    #[error(
        "the app did not renew the token, and is asked again in {seconds} s. The connection stays as it is"
    )]
    RefreshPutOff { seconds: u64 },
    #[error(transparent)]
    OAuth(OAuthError),
    #[error(transparent)]
    Egress(#[from] EgressError),
    #[error(transparent)]
    Txt(#[from] TxtError),
    #[error("a second factor is due")]
    SecondFactorDue,
    #[error("this needs a recent proof of who it is")]
    NotRecent,
    #[error("the second factor is the proof")]
    FactorIsProof,
    #[error("the session is an organisation's, and this is the account's")]
    NotOwn,
    #[error("an authenticator is set up already: remove it first")]
    AuthenticatorExists,
    #[error("this server is reached by its address, and has no name to make passkeys for")]
    PasskeysOff,
    #[error("this took too long, or was answered already: begin again")]
    PasskeyStale,
    #[error("there is no such passkey here, or not any more")]
    PasskeyUnknown,
    #[error("the passkey was not accepted: {0}")]
    Passkey(#[from] PasskeyError),
    #[error("the passkey was made for somebody else, or changed what it says of itself")]
    PasskeyOther,
    #[error("the passkey's counter did not go up: somebody may hold a copy of it")]
    PasskeyCopied,
    #[error("this passkey is kept already")]
    PasskeyExists,
    #[error("there are as many passkeys as a person can have: remove one first")]
    PasskeysFull,
    #[error("there is no passkey to prove anything with")]
    NoPasskey,
    #[error(transparent)]
    SignIn(#[from] IssuerError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error("the keys of this server's secrets cannot be had for now: try again in a minute")]
    KeysUnreachable(#[source] VaultError),
    #[error("the vault failed")]
    Vault(#[source] VaultError),
    #[error("the database failed")]
    Database(#[source] db::Error),
}

impl BrokerError {
    /// The stable code.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "broker.unauthenticated",
            Self::Forbidden => "broker.forbidden",
            Self::NoConnection => "connectors.not_found",
            Self::ViewOnly => "connectors.view_only",
            Self::NoProposal => "approvals.not_found",
            Self::NoApp => "connectors.no_manifest",
            Self::NoOperation => "connectors.no_operation",
            Self::NotARead => "broker.approval_required",
            Self::NotAWrite => "broker.not_a_write",
            Self::ReadConnection => "broker.read_connection",
            Self::NotConnected => "connectors.not_connected",
            Self::Reconnect => "connectors.reconnect",
            Self::Arguments(_) => "broker.arguments",
            Self::DeadState => "connectors.dead_state",
            Self::Issuer => "connectors.issuer",
            Self::InstanceNotGranted(_) => "connectors.instance_not_granted",
            Self::CredentialClass => "connectors.credential_class",
            Self::Pasted(PastedProblem::User) => "connectors.credential_user",
            Self::Pasted(_) => "connectors.credential_form",
            Self::CredentialRefused => "connectors.credential_refused",
            Self::AppKey(_) => "connectors.key_form",
            Self::KeyOf => "connectors.key_of",
            Self::AppToken(error) => error.code(),
            Self::NoClientSecret => "connectors.no_client_secret",
            Self::PayloadChanged => "broker.payload_changed",
            Self::NoTicket => "oauth.no_ticket",
            Self::TooLate => "broker.too_late",
            Self::RefreshTooLong => "connectors.refresh_too_long",
            Self::RefreshPutOff { .. } => "connectors.refresh_put_off",
            Self::OAuth(error) => error.code(),
            Self::Egress(error) => error.code(),
            Self::Txt(_) => "identity.dns_silent",
            Self::SecondFactorDue => "identity.second_factor_due",
            Self::NotRecent => "identity.not_recent",
            Self::FactorIsProof => "identity.factor_is_proof",
            Self::NotOwn => "identity.not_own_session",
            Self::AuthenticatorExists => "identity.authenticator_exists",
            Self::PasskeysOff => "identity.passkeys_off",
            Self::PasskeyStale => "identity.passkey_stale",
            Self::PasskeyUnknown => "identity.passkey_unknown",
            Self::Passkey(PasskeyError::NotVerified) => "identity.passkey_unverified",
            Self::Passkey(_) | Self::PasskeyOther => "identity.passkey_refused",
            Self::PasskeyCopied => "identity.passkey_copied",
            Self::PasskeyExists => "identity.passkey_exists",
            Self::PasskeysFull => "identity.passkeys_full",
            Self::NoPasskey => "identity.no_passkey",
            Self::SignIn(error) => error.code(),
            Self::File(error) => error.code(),
            Self::KeysUnreachable(_) => "broker.keys_unreachable",
            Self::Vault(_) => "broker.vault",
            Self::Database(_) => "broker.database",
        }
    }

    /// Whether the same may go well a moment later, without anybody's doing.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Database(_) | Self::KeysUnreachable(_) | Self::Vault(VaultError::Database(_)) => {
                true
            }
            Self::Egress(error) => matches!(
                error.code(),
                "egress.timeout" | "egress.unreachable" | "egress.status"
            ),
            _ => false,
        }
    }

    /// What goes back over the socket: defects of ours are logged here, and show no detail there.
    pub(crate) fn failure(&self, now: OffsetDateTime) -> Failure {
        match self {
            Self::KeysUnreachable(error) | Self::Vault(error) => {
                tracing::error!(why = told(error), "broker.vault_failed");
            }
            Self::Database(error) => tracing::error!(%error, "broker.database_failed"),
            Self::File(error) => error.note(),
            _ => {}
        }
        Failure {
            wait_seconds: self.pause(now).map(|pause| pause.as_secs()),
            status: match self {
                Self::Egress(error) => error.status(),
                _ => None,
            },
            ..Failure::new(self.code(), self.to_string())
        }
    }

    /// How long to leave the app alone, where it says so.
    fn pause(&self, now: OffsetDateTime) -> Option<Duration> {
        match self {
            Self::Egress(EgressError::Status { rate, .. }) => rate.pause(now),
            Self::RefreshPutOff { seconds } => Some(Duration::from_secs(*seconds)),
            _ => None,
        }
    }
}

impl From<VaultError> for BrokerError {
    fn from(error: VaultError) -> Self {
        match &error {
            VaultError::Kek(kek) if kek.may_pass() => Self::KeysUnreachable(error),
            _ => Self::Vault(error),
        }
    }
}

impl From<db::Error> for BrokerError {
    fn from(error: db::Error) -> Self {
        match error {
            // Nothing of the broker's is anybody's who is in no organisation.
            db::Error::Unauthenticated | db::Error::NoOrganisation => Self::Unauthenticated,
            db::Error::Forbidden => Self::Forbidden,
            db::Error::SecondFactorDue => Self::SecondFactorDue,
            db::Error::Refused(db::Refusal::NotRecent) => Self::NotRecent,
            db::Error::Refused(db::Refusal::FactorIsProof) => Self::FactorIsProof,
            db::Error::Refused(db::Refusal::NotOwn) => Self::NotOwn,
            other => Self::Database(other),
        }
    }
}

impl From<OAuthError> for BrokerError {
    fn from(error: OAuthError) -> Self {
        match error {
            OAuthError::Egress(error) => Self::Egress(error),
            other => Self::OAuth(other),
        }
    }
}

impl From<AppTokenError> for BrokerError {
    fn from(error: AppTokenError) -> Self {
        match error {
            AppTokenError::Egress(error) => Self::Egress(error),
            other => Self::AppToken(other),
        }
    }
}

impl From<CanonicalError> for BrokerError {
    fn from(error: CanonicalError) -> Self {
        Self::Arguments(error.to_string())
    }
}

impl From<PlanError> for BrokerError {
    fn from(error: PlanError) -> Self {
        Self::Arguments(error.to_string())
    }
}

impl From<AuthorizeError> for BrokerError {
    fn from(error: AuthorizeError) -> Self {
        Self::Arguments(error.to_string())
    }
}

impl From<FactsError> for BrokerError {
    fn from(error: FactsError) -> Self {
        Self::Arguments(error.to_string())
    }
}

impl From<InstanceError> for BrokerError {
    fn from(error: InstanceError) -> Self {
        Self::Arguments(error.to_string())
    }
}
