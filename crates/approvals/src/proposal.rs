use db::{Error, ReadTx};
use kernel::{ConnectionId, ProposalId, UserId};
use time::OffsetDateTime;

use crate::store;

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// For people to decide.
    Waiting,
    /// Approved, not yet sent.
    Approved,
    /// Somebody said no.
    Rejected,
    /// Nobody decided in time, or it was not sent in time.
    Expired,
    /// Taken back.
    Revoked,
    /// The broker has claimed it and is sending.
    Executing,
    /// Sent, and the provider took it.
    Executed,
    /// Sent or about to be, and it did not happen.
    Failed,
    /// Sent, and the answer never came: a person has to look.
    UnknownOutcome,
}

/// A proposal, without its payload.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Its identifier.
    pub id: ProposalId,
    /// The connection that it would write through.
    pub connection: ConnectionId,
    /// The app.
    pub app: String,
    /// The operation, in the manifest's words.
    pub operation: String,
    /// What it is about in one line, where the manifest names an argument for that: not checked for
    /// characters that hide.
    pub subject: Option<String>,
    /// `session`, `api_key` or `job`.
    pub requester_kind: String,
    /// The key's name, or the person's.
    pub requester_name: String,
    /// The person behind the request.
    pub requester_person: UserId,
    /// SHA-256 of the canonical request.
    pub payload_hash: [u8; 32],
    /// How many different people must approve.
    pub approvals_needed: i32,
    /// Whether the requester may not approve.
    pub four_eyes: bool,
    /// Where it stands.
    pub state: State,
    /// When it was proposed.
    pub created_at: OffsetDateTime,
    /// After this it is neither approved nor sent.
    pub expires_at: OffsetDateTime,
    /// When it came into its state.
    pub state_changed_at: OffsetDateTime,
    /// Who revoked it, ended its connection, or said what an unknown outcome was.
    pub ended_by: Option<String>,
    /// The provider's HTTP status.
    pub outcome_status: Option<i32>,
    /// Why it failed, a stable code.
    pub outcome_code: Option<String>,
    /// Where the result can be seen.
    pub outcome_url: Option<String>,
    /// What the provider calls it: a ticket's number.
    pub outcome_reference: Option<String>,
    /// How long the call took, in milliseconds.
    pub duration_ms: Option<i32>,
}

/// A person's word on a proposal.
#[derive(Debug, Clone)]
pub struct DecisionRow {
    /// The person.
    pub user: UserId,
    /// Who.
    pub name: String,
    /// Yes or no.
    pub approved: bool,
    /// Why.
    pub note: String,
    /// From where, an IP address.
    pub address: String,
    /// With what (User-Agent).
    pub client: String,
    /// When.
    pub at: OffsetDateTime,
}

/// A proposal's payload as the broker sealed it, and what names its key.
#[derive(Debug)]
pub struct SealedPayload {
    /// The data key.
    pub key_id: String,
    /// Nonce and ciphertext.
    pub sealed: Vec<u8>,
    /// SHA-256 of the canonical request.
    pub hash: [u8; 32],
    /// The connection that it would write through.
    pub connection: ConnectionId,
    /// The operation, in the manifest's words.
    pub operation: String,
}

impl State {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Executing => "executing",
            Self::Executed => "executed",
            Self::Failed => "failed",
            Self::UnknownOutcome => "unknown_outcome",
        }
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Waiting,
            Self::Approved,
            Self::Rejected,
            Self::Expired,
            Self::Revoked,
            Self::Executing,
            Self::Executed,
            Self::Failed,
            Self::UnknownOutcome,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
    }

    /// Whether nothing further happens by itself.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Waiting | Self::Approved | Self::Executing)
    }
}

/// A proposal of the bound organisation and the decisions about it.
pub async fn proposal(
    tx: &mut ReadTx,
    id: ProposalId,
) -> Result<Option<(Proposal, Vec<DecisionRow>)>, Error> {
    let Some(proposal) = store::proposal(tx, id).await? else {
        return Ok(None);
    };
    let decisions = store::decisions(tx, id).await?;
    Ok(Some((proposal, decisions)))
}

/// A proposal's sealed payload. Only the broker's role may read it.
pub async fn sealed_payload(
    tx: &mut ReadTx,
    id: ProposalId,
) -> Result<Option<SealedPayload>, Error> {
    store::sealed_payload(tx, id).await
}
