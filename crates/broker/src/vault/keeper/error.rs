use crate::egress::EgressError;

/// Why a key management service did not wrap or unwrap a data key.
#[derive(Debug, thiserror::Error)]
#[error("{problem} ({key})")]
pub struct KeeperError {
    /// The key that was asked for, by its keeper and its name there.
    pub key: String,
    /// What is wrong.
    pub problem: KeeperProblem,
}

/// What is wrong with a call, and what to do. None of it holds a token or a piece of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeeperProblem {
    /// What was to be unwrapped is not what was wrapped, or stands at another place.
    #[error("the wrapped data key was altered or moved")]
    Altered,
    /// Too many calls.
    #[error(
        "the key management service takes no more calls for now. Where this goes on, raise its limit"
    )]
    Throttled,
    /// The credential is not good, or not for this.
    #[error(
        "the key management service refuses the broker. See that its credential is in force, and may encrypt and decrypt by the key"
    )]
    Denied,
    /// The key is there and does not work.
    #[error(
        "the master key is disabled there, or is to be deleted, or its version is too old. Enable it again"
    )]
    Disabled,
    /// The key is not there.
    #[error("there is no such master key there. See that its name and place are right")]
    NoKey,
    /// No answer.
    #[error(
        "the key management service {0}. See that it runs, and that this machine reaches its address"
    )]
    Unreachable(&'static str),
    /// An answer that nobody foresaw.
    #[error("the key management service failed, with status {0}: its own log says why")]
    Failed(u16),
    /// It opens what was moved.
    #[error(
        "the key management service opens a data key at a place that it was not wrapped for: it ignores the context of a call. Take a newer version of it, or another kind of key"
    )]
    NotBound,
    /// A rotation has nowhere to go.
    #[error(
        "the first master key wraps every data key already. Make a new version of it there, or put another key first, and ask again"
    )]
    NoNewKey,
}

impl KeeperError {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self.problem {
            KeeperProblem::Altered => "vault.altered",
            KeeperProblem::Throttled => "vault.keeper_throttled",
            KeeperProblem::Denied => "vault.keeper_denied",
            KeeperProblem::Disabled => "vault.key_disabled",
            KeeperProblem::NoKey => "vault.key_not_found",
            KeeperProblem::Unreachable(_) => "vault.keeper_unreachable",
            KeeperProblem::Failed(_) => "vault.keeper_failed",
            KeeperProblem::NotBound => "vault.keeper_not_bound",
            KeeperProblem::NoNewKey => "vault.no_new_key",
        }
    }
}

impl KeeperProblem {
    /// Whether the same call may go well a moment later.
    pub(crate) const fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Throttled | Self::Unreachable(_) | Self::Failed(500..)
        )
    }
}

impl From<EgressError> for KeeperProblem {
    fn from(error: EgressError) -> Self {
        match error {
            EgressError::Tls => Self::Unreachable("shows a certificate that is not trusted"),
            EgressError::PrivateAddress => {
                Self::Unreachable("has an address that nobody may reach")
            }
            EgressError::Timeout { .. } => Self::Unreachable("does not answer in time"),
            EgressError::TooLarge { .. } => Self::Unreachable("answers more than a key"),
            EgressError::Malformed { .. } => Self::Unreachable("breaks off its answer"),
            _ => Self::Unreachable("cannot be reached"),
        }
    }
}
