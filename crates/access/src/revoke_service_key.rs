use db::{Error, WriteTx};
use kernel::{AuditEntry, ServiceKeyId};

use crate::store;

/// Revokes a service key of the bound organisation: it fails on its next use. False where there is no
/// such key in force.
pub async fn revoke_service_key(mut tx: WriteTx, key: ServiceKeyId) -> Result<bool, Error> {
    let revoked = store::revoke_service_key(&mut tx, key).await?;
    if revoked {
        tx.commit(AuditEntry::about("access.service_key_revoked", key))
            .await?;
    }
    Ok(revoked)
}
