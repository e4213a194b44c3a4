use time::OffsetDateTime;

use crate::component::{ExternalUrl, Tone};

/// Where a proposal is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProposalState {
    /// Nobody has decided, or not enough people have.
    Waiting,
    /// Approved, and not yet sent.
    Approved,
    /// The broker has claimed it and is sending.
    Executing {
        /// When it was claimed.
        since: OffsetDateTime,
    },
    /// Sent and answered.
    Executed {
        /// HTTP status of the answer; none when a person resolved an unknown outcome.
        status: Option<u16>,
        /// What was made at the provider.
        ticket: Option<Ticket>,
        /// From the first byte sent to the last received.
        duration_ms: u64,
    },
    /// A person said no.
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// Taken back by its requester, or its connection was ended.
    Revoked,
    /// Not carried out.
    Failed {
        /// What happened.
        message: String,
    },
    /// Sent, and nobody knows what became of it. Never sent again by itself.
    UnknownOutcome {
        /// When the line broke.
        since: OffsetDateTime,
    },
}

/// What was made at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Its name there: `#42`.
    pub label: String,
    /// Where it can be seen; none when the answer's link was not a web link.
    pub url: Option<ExternalUrl>,
}

impl ProposalState {
    /// Its badge's text.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::Approved => "Approved",
            Self::Executing { .. } => "Sending",
            Self::Executed { .. } => "Sent",
            Self::Rejected => "Rejected",
            Self::Expired => "Expired",
            Self::Revoked => "Revoked",
            Self::Failed { .. } => "Failed",
            Self::UnknownOutcome { .. } => "Unknown outcome",
        }
    }

    /// Its badge's colour.
    pub const fn tone(&self) -> Tone {
        match self {
            Self::Waiting | Self::UnknownOutcome { .. } => Tone::Warn,
            Self::Approved | Self::Executing { .. } => Tone::Info,
            Self::Executed { .. } => Tone::Ok,
            Self::Failed { .. } => Tone::Bad,
            Self::Rejected | Self::Expired | Self::Revoked => Tone::Mute,
        }
    }

    /// Whether nothing can change it any more, but for a person who resolves an unknown outcome.
    pub const fn is_final(&self) -> bool {
        !matches!(
            self,
            Self::Waiting | Self::Approved | Self::Executing { .. }
        )
    }

    /// Whether it will change by itself soon, so that the page should look again.
    pub const fn is_moving(&self) -> bool {
        matches!(self, Self::Approved | Self::Executing { .. })
    }
}
