use crypto::envelope::OpenError;
use crypto::{Context, KeyId, Sealed};
use db::Db;
use kernel::{AuditEntry, Scope, Secret};

use super::Vault;
use crate::store;

/// Why there is no signing key.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    /// The stored key does not open under this master key.
    #[error("the server's signing key does not open under this master key")]
    Sealed(#[from] OpenError),
    /// The database failed.
    #[error("the server's signing key could not be read or stored")]
    Database(#[from] db::Error),
}

const PURPOSE: &str = "audit_checkpoint";
const PLACE: Context<'static> = Context {
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
    if let Some(row) = store::signing_key(&mut db.read(&Scope::Anonymous).await?, PURPOSE).await? {
        let sealed = Sealed::from_bytes(row.sealed);
        return Ok(vault
            .master()
            .open(&KeyId::new(row.wrapped_by), &sealed, &PLACE)?);
    }
    let (private, verifier) = make();
    let mut tx = db.write(&Scope::Anonymous).await?;
    let sealed = vault.master().seal(private.expose(), &PLACE, db.chance());
    let wrapped_by = vault.master().id().as_str();
    store::insert_signing_key(&mut tx, PURPOSE, wrapped_by, sealed.as_bytes(), &verifier).await?;
    tx.commit(AuditEntry::new("broker.signing_key_made").with("verifier", verifier))
        .await?;
    Ok(private)
}
