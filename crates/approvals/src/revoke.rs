use db::{Refusal, WriteTx};
use kernel::{AuditEntry, ProposalId};

use crate::{State, store};

/// Why a proposal was not revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// It is being sent, or has ended.
    #[error("this proposal cannot be revoked any more")]
    TooLate,
    /// It is somebody else's.
    #[error("only who proposed it, or a person who may decide, revokes it")]
    Forbidden,
    /// The database failed.
    #[error("the proposal could not be revoked")]
    Database(#[source] db::Error),
}

/// Takes back a proposal that waits, or is approved and not yet being sent: by whom it was proposed,
/// or by a person who may decide.
pub async fn revoke(mut tx: WriteTx, id: ProposalId) -> Result<State, RevokeError> {
    for from in [State::Waiting, State::Approved] {
        if store::set_state(&mut tx, id, from, State::Revoked)
            .await
            .map_err(refused)?
        {
            tx.commit(AuditEntry::about("approvals.revoked", id))
                .await
                .map_err(refused)?;
            return Ok(State::Revoked);
        }
    }
    Err(RevokeError::TooLate)
}

fn refused(error: db::Error) -> RevokeError {
    match error {
        db::Error::Refused(Refusal::NotWaiting | Refusal::Transition) => RevokeError::TooLate,
        db::Error::Forbidden => RevokeError::Forbidden,
        other => RevokeError::Database(other),
    }
}
