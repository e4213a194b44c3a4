use db::{Error, WriteTx};
use kernel::{AuditEntry, LogId};

use crate::store;

/// Removes a log of the bound organisation with all its events. False where there is no such one.
pub async fn remove_log(mut tx: WriteTx, id: LogId) -> Result<bool, Error> {
    let removed = store::delete_log(&mut tx, id).await?;
    if removed {
        tx.commit(AuditEntry::about("insight.log_removed", id))
            .await?;
    }
    Ok(removed)
}
