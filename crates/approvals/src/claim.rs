use db::{Refusal, WriteTx};
use kernel::{AuditEntry, ProposalId};

use crate::propose::hex;
use crate::{SealedPayload, State, store};

/// A proposal that only the claimer may send, once.
#[derive(Debug)]
pub struct Claimed {
    /// What was approved, sealed.
    pub payload: SealedPayload,
}

/// Why there is nothing to send.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Not approved, expired, taken back, or claimed before: nothing is sent.
    #[error("the proposal is not approved, or was claimed before")]
    NotApproved,
    /// The database failed.
    #[error("the claim could not be stored")]
    Database(#[source] db::Error),
}

/// Claims an approved proposal and commits the claim: after this returns, a crash leaves an unknown
/// outcome, never a second sending. Only the broker's role may.
pub async fn claim(mut tx: WriteTx, id: ProposalId) -> Result<Claimed, ClaimError> {
    let payload = store::claim(&mut tx, id)
        .await
        .map_err(refused)?
        .ok_or(ClaimError::NotApproved)?;
    let entry = AuditEntry::about("approvals.executing", id)
        .with("payload_hash", hex(&payload.hash))
        .with("state", State::Executing.as_str());
    tx.commit(entry).await.map_err(refused)?;
    Ok(Claimed { payload })
}

fn refused(error: db::Error) -> ClaimError {
    match error {
        db::Error::Refused(Refusal::Transition) => ClaimError::NotApproved,
        other => ClaimError::Database(other),
    }
}
