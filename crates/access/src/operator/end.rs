use db::{Db, Error, WriteTx};
use kernel::{AuditEntry, OperatorAccessId, Scope};

use super::told;
use crate::store;

/// Closes an access before its time, with the broker's login. False where none of that identifier is
/// in force.
pub async fn close_operator(db: &Db, id: OperatorAccessId) -> Result<bool, Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    let closed = store::operator::close(&mut tx, id).await?;
    told(tx).await?;
    Ok(closed)
}

/// Ends an access to the bound organisation, from its next request on. False where none is in force.
pub async fn end_operator(mut tx: WriteTx, id: OperatorAccessId) -> Result<bool, Error> {
    let ended = store::operator::end(&mut tx, id).await?;
    if ended {
        tx.commit(AuditEntry::about("access.operator_ended", id))
            .await?;
    }
    Ok(ended)
}
