use askama::Template;
use askama::filters::HtmlSafe;
use kernel::ProposalId;
use time::OffsetDateTime;

use super::ProposalState;
use crate::component::Tone;
use crate::filters;

/// What became of a proposal; fetched again while it is being sent.
#[derive(Debug, Clone, Template)]
#[template(path = "approvals/proposal_status.html")]
pub struct ProposalStatus {
    /// The proposal.
    pub id: ProposalId,
    /// The present moment.
    pub now: OffsetDateTime,
    /// The anti-forgery token of the session.
    pub csrf: String,
    /// Where it is.
    pub state: ProposalState,
    /// Who brought it there: decided, revoked, or said what became of it; empty when nobody did.
    pub decided_by: String,
    /// The note that goes with a decision.
    pub note: String,
    /// Whether this person may resolve an unknown outcome.
    pub may_resolve: bool,
    /// Whether this person may take it back now.
    pub may_revoke: bool,
    /// Its audit events, the oldest first.
    pub timeline: Vec<TimelineEvent>,
    /// Whether it stands alone as an answer; then it updates the rest of the page too.
    pub is_fragment: bool,
}

impl HtmlSafe for ProposalStatus {}

/// Something that happened to a proposal, from the audit log.
#[derive(Debug, Clone)]
pub struct TimelineEvent {
    /// When.
    pub at: OffsetDateTime,
    /// What, in a few words.
    pub title: String,
    /// Who.
    pub actor: String,
    /// Anything more; empty when there is nothing.
    pub note: String,
    /// How it went.
    pub tone: Tone,
}
