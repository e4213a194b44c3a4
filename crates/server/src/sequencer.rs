//! Gives entries of the audit log their places in the tree, and signs its heads.

use std::time::Duration;

use audit::checkpoint::{KeyError, SigningKey, VerifierKey};
use broker::vault::{self, SigningKeyError, Vault};
use db::Db;
use kernel::{Scope, Secret};

use crate::database;

/// Why the audit log cannot be signed.
#[derive(Debug, thiserror::Error)]
pub enum SequencerError {
    /// The key is not in the vault, or does not open.
    #[error("the audit log's signing key cannot be had")]
    Key(#[from] SigningKeyError),
    /// The stored key is no key.
    #[error("the audit log's signing key is broken")]
    Broken(#[from] KeyError),
    /// The log's name cannot be read.
    #[error("the audit log's name cannot be read")]
    Database(#[from] db::Error),
    /// It is not a 32-byte seed.
    #[error("the audit log's signing key is not 32 bytes")]
    Length,
}

/// How long an entry may wait for its place in the tree.
const EVERY: Duration = Duration::from_millis(500);
/// Entries sequenced at once.
const BATCH: i32 = 1000;

/// The key that signs checkpoints, made on first use and kept in the vault. A log that is there
/// keeps its name, which is a part of its key; `new_name` is for a new one.
pub async fn signing_key(
    vault: &Vault,
    db: &Db,
    new_name: &str,
) -> Result<SigningKey, SequencerError> {
    let stored = database::audit_verifier(&mut db.read(&Scope::Anonymous).await?).await;
    let name = match stored.map_err(db::Error::from)? {
        Some(verifier) => verifier.parse::<VerifierKey>()?.name().clone(),
        None => new_name.parse()?,
    };
    let mut bytes = [0_u8; 32];
    db.chance().fill(&mut bytes);
    let fresh = SigningKey::from_seed(name.clone(), &Secret::new(bytes))?;
    let stored = vault::audit_signing_key(vault, db, || {
        (Secret::new(bytes.to_vec()), fresh.verifier().to_string())
    })
    .await?;
    let seed = stored
        .expose()
        .as_slice()
        .try_into()
        .map_err(|_| SequencerError::Length)?;
    Ok(SigningKey::from_seed(name, &Secret::new(seed))?)
}

/// Sequences the audit log until the process ends.
pub async fn sequence(db: Db, key: SigningKey) {
    loop {
        match audit::sequence(&db, &key, BATCH).await {
            Ok(count) if count == usize::try_from(BATCH).unwrap_or(0) => continue,
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "audit.not_sequenced"),
        }
        tokio::time::sleep(EVERY).await;
    }
}
