use db::{Error, WriteTx};
use kernel::{AnonymousKeyId, AuditEntry};

use crate::store;

/// Revokes an anonymous key of the bound organisation: it fails on its next use. False where there is
/// no such key in force.
pub async fn revoke_anonymous_key(mut tx: WriteTx, key: AnonymousKeyId) -> Result<bool, Error> {
    let revoked = store::revoke_anonymous_key(&mut tx, key).await?;
    if revoked {
        tx.commit(AuditEntry::about("access.anonymous_key_revoked", key))
            .await?;
    }
    Ok(revoked)
}
