use db::WriteTx;
use kernel::{AuditEntry, OrganisationId, SessionId};

use crate::store;

/// Why a session stays where it is.
#[derive(Debug, thiserror::Error)]
pub enum SwitchError {
    /// The person is not in it, or there is none: nobody is told which.
    #[error("there is no such organisation")]
    Gone,
    /// The database failed.
    #[error("the organisation could not be switched")]
    Database(#[from] db::Error),
}

/// Has the bound session act in another organisation of its person's, from its next request on. Where that
/// asks for a second factor which the session did not give, it owes one.
pub async fn switch_organisation(
    mut tx: WriteTx,
    session: SessionId,
    to: OrganisationId,
) -> Result<(), SwitchError> {
    if !store::account::switch_organisation(&mut tx, to).await? {
        return Err(SwitchError::Gone);
    }
    // The transaction acts in the other organisation by now.
    let entry = AuditEntry::about("identity.session_entered", session);
    Ok(tx.commit(entry).await?)
}
