use db::WriteTx;
use kernel::{AuditEntry, SessionId};

use crate::{MemberError, store};

/// Ends the bound person's own membership where the session acts, with all that acts by it there. The session
/// goes on in another organisation of theirs, or in none.
pub async fn leave_organisation(mut tx: WriteTx, session: SessionId) -> Result<(), MemberError> {
    if store::account::leave_organisation(&mut tx).await? != "left" {
        return Err(MemberError::LastOwner);
    }
    // identity.leave_organisation told the one that was left.
    let entry = AuditEntry::about("identity.session_entered", session);
    Ok(tx.commit(entry).await?)
}
