use askama::Template;
use kernel::{ConnectionId, ProposalId};
use time::OffsetDateTime;

use super::{Body, ProposalState, ProposalStatus, Request};
use crate::Page;
use crate::component::Tone;
use crate::filters;

/// One proposed write: exactly what would be sent, and the decision.
#[derive(Debug, Clone, Template)]
#[template(path = "approvals/proposal.html")]
pub struct Proposal {
    /// What every page shares.
    pub page: Page,
    /// What it is about.
    pub subject: Subject,
    /// The request that would leave.
    pub request: Request,
    /// Where it is, and how it got there.
    pub status: ProposalStatus,
    /// Decisions so far.
    pub decisions: Vec<Decision>,
    /// The form, or why there is none.
    pub form: DecisionForm,
}

/// What a proposal is about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its identifier.
    pub id: ProposalId,
    /// What it would do, in words.
    pub operation: String,
    /// What it is about; empty where the app's manifest names nothing.
    pub subject: String,
    /// The app.
    pub app: String,
    /// The connection.
    pub connection: ConnectionId,
    /// Name of the key or person that asks.
    pub requester: String,
    /// When it was proposed.
    pub requested_at: OffsetDateTime,
    /// Until when it can be decided.
    pub expires_at: OffsetDateTime,
    /// Approvals needed.
    pub approvals_needed: u64,
}

/// A decision by one person.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Who.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
    /// Yes or no.
    pub is_approval: bool,
    /// Their note; empty when they left none.
    pub note: String,
}

/// Whether this person can decide now.
#[derive(Debug, Clone)]
pub enum DecisionForm {
    /// They can.
    Open {
        /// Their note, as typed.
        note: String,
        /// What is wrong with it; empty before the first try.
        error: String,
    },
    /// They cannot; why.
    Closed(String),
    /// It is decided; nothing to say.
    Absent,
}
