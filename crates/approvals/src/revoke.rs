use db::WriteTx;
use kernel::{AuditEntry, ProposalId};

use crate::decide::DecideError;
use crate::{State, store};

/// Takes back a proposal that waits or is approved and not yet being sent.
pub async fn revoke(mut tx: WriteTx, id: ProposalId) -> Result<State, DecideError> {
    for from in [State::Waiting, State::Approved] {
        let moved = store::set_state(&mut tx, id, from, State::Revoked).await;
        if moved.map_err(DecideError::from_transition)? {
            tx.commit(AuditEntry::about("approvals.revoked", id))
                .await
                .map_err(DecideError::from_transition)?;
            return Ok(State::Revoked);
        }
    }
    Err(DecideError::NotWaiting)
}
