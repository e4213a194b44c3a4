use db::{Error, WriteTx};
use kernel::{AuditEntry, ConnectionId};

use crate::store;

/// Says that a connection of the bound organisation is still needed, though nobody used it for a month. It is raised for
/// review again after another month without use. False where it is not there, or has ended.
pub async fn keep(mut tx: WriteTx, id: ConnectionId) -> Result<bool, Error> {
    if !store::keep(&mut tx, id).await? {
        return Ok(false);
    }
    tx.commit(AuditEntry::about("connectors.kept", id)).await?;
    Ok(true)
}
