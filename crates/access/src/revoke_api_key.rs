use db::{Error, WriteTx};
use kernel::{ApiKeyId, AuditEntry};

use crate::store;

/// Revokes a key of the bound organisation: it fails on its next use. False where there is no such
/// key in force.
pub async fn revoke_api_key(mut tx: WriteTx, key: ApiKeyId) -> Result<bool, Error> {
    let revoked = store::revoke_api_key(&mut tx, key).await?;
    if revoked {
        tx.commit(AuditEntry::about("access.api_key_revoked", key))
            .await?;
    }
    Ok(revoked)
}
