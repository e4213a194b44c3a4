use db::{Error, WriteTx};
use kernel::{AuditEntry, UserId};

use crate::store;

/// All that is the bound person's own, as one JSON document: `countersign.account/1`, a part for each kind of
/// thing, as [`crate::PERSONAL`] says. It needs a recent proof of who it is.
pub async fn export_account(mut tx: WriteTx, person: UserId) -> Result<String, Error> {
    let document = store::account::export_account(&mut tx).await?;
    tx.commit(AuditEntry::about("identity.account_exported", person))
        .await?;
    Ok(document)
}
