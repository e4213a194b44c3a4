use db::{Error, WriteTx};
use kernel::{AuditEntry, ProposalId};

use crate::propose::hex;
use crate::{State, store};

/// What came of a claimed proposal.
#[derive(Debug)]
pub struct Outcome {
    /// [`State::Executed`], [`State::Failed`] or [`State::UnknownOutcome`].
    pub state: State,
    /// The provider's HTTP status, where it answered.
    pub status: Option<u16>,
    /// Why it failed, a stable code.
    pub code: Option<&'static str>,
    /// SHA-256 of the answer.
    pub digest: Option<[u8; 32]>,
    /// Where the result can be seen.
    pub url: Option<String>,
    /// What the provider calls it.
    pub reference: Option<String>,
    /// How long the call took, in milliseconds.
    pub duration_ms: i32,
}

/// Records the outcome of a claimed proposal. Only the broker's role may.
pub async fn finish(mut tx: WriteTx, id: ProposalId, outcome: Outcome) -> Result<(), Error> {
    store::finish(&mut tx, id, &outcome).await?;
    let action = match outcome.state {
        State::Executed => "approvals.executed",
        State::UnknownOutcome => "approvals.outcome_unknown",
        _ => "approvals.failed",
    };
    let mut entry =
        AuditEntry::about(action, id).with("duration_ms", i64::from(outcome.duration_ms));
    if let Some(status) = outcome.status {
        entry = entry.with("status", i64::from(status));
    }
    if let Some(code) = outcome.code {
        entry = entry.with("code", code);
    }
    if let Some(digest) = outcome.digest {
        entry = entry.with("answer_digest", hex(&digest));
    }
    tx.commit(entry).await
}
