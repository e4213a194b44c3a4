use crypto::{Context, KeyId, Sealed};
use db::Db;
use kernel::{AuditEntry, Scope, Secret};

use super::{Vault, VaultError};
use crate::store;

/// Why there is no signing key.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    /// The stored key does not open.
    #[error("the server's signing key does not open: {0}")]
    Sealed(String),
    /// The database failed.
    #[error("the server's signing key could not be read or stored")]
    Database(#[from] db::Error),
}

const PURPOSE: &str = "audit_checkpoint";
pub(super) const PLACE: Context<'static> = Context {
    tenant: "server",
    table: "broker.signing_keys",
    field: "sealed",
    row: PURPOSE,
    version: 1,
};

/// The key that signs the audit log's checkpoints: made by `make` on first use (the private key in
/// its stored form, and the verifier key's text), then opened from the vault.
pub async fn audit_signing_key(
    vault: &Vault,
    db: &Db,
    make: impl FnOnce() -> (Secret<Vec<u8>>, String),
) -> Result<Secret<Vec<u8>>, SigningKeyError> {
    let mut tx = db.read(&Scope::Anonymous).await?;
    if let Some(row) = store::signing_key(&mut tx, PURPOSE).await? {
        let key = vault.server_key_named(&mut tx, &row.key_id).await?;
        let sealed = Sealed::from_bytes(row.sealed);
        let opened = key.open(&KeyId::new(row.key_id), &sealed, &PLACE);
        return Ok(opened.map_err(VaultError::from)?);
    }
    drop(tx);
    let (private, verifier) = make();
    let mut tx = db.write(&Scope::Anonymous).await?;
    let key = vault.server_key(&mut tx, db.chance()).await?;
    let sealed = key.seal(private.expose(), &PLACE, db.chance());
    let key_id = key.id().as_str();
    store::insert_signing_key(&mut tx, PURPOSE, key_id, sealed.as_bytes(), &verifier).await?;
    tx.commit(AuditEntry::new("broker.signing_key_made").with("verifier", verifier))
        .await?;
    Ok(private)
}

impl From<VaultError> for SigningKeyError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Database(error) => Self::Database(error),
            other => Self::Sealed(other.to_string()),
        }
    }
}
