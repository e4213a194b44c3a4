use db::WriteTx;
use kernel::{AuditEntry, ProposalId};

use crate::decide::DecideError;
use crate::{State, store};

/// What a person found out about an unknown outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// The provider has it.
    Happened,
    /// The provider does not have it. To send it after all, propose it anew.
    DidNotHappen,
}

/// Settles an unknown outcome by a person's word. Nothing is sent.
pub async fn resolve(
    mut tx: WriteTx,
    id: ProposalId,
    resolution: Resolution,
) -> Result<State, DecideError> {
    let state = match resolution {
        Resolution::Happened => State::Executed,
        Resolution::DidNotHappen => State::Failed,
    };
    let moved = store::set_state(&mut tx, id, State::UnknownOutcome, state).await;
    if !moved.map_err(DecideError::from_transition)? {
        return Err(DecideError::NotWaiting);
    }
    tx.commit(AuditEntry::about("approvals.resolved", id).with("state", state.as_str()))
        .await
        .map_err(DecideError::from_transition)?;
    Ok(state)
}
