use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use db::{Db, Error};
use kernel::{Scope, TokenHash};

use crate::store;

/// Collects which keys were used, so that a read does not cost a write: [`KeyUses::write`], called
/// now and then, and when the server stops, stores them at once. Only keys that bound are noted, so
/// that it holds no more than there are keys.
#[derive(Debug, Default)]
pub struct KeyUses(Mutex<HashSet<TokenHash>>);

impl KeyUses {
    /// Remembers that the key was used.
    pub fn note(&self, key: TokenHash) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key);
    }

    /// Stores what was noted since the last call. What could not be stored is kept for the next one.
    pub async fn write(&self, db: &Db) -> Result<(), Error> {
        let noted = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if noted.is_empty() {
            return Ok(());
        }
        let written = store(db, &noted).await;
        if written.is_err() {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend(noted);
        }
        written
    }
}

async fn store(db: &Db, noted: &HashSet<TokenHash>) -> Result<(), Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    store::note_use(
        &mut tx,
        noted.iter().map(|key| key.as_bytes().to_vec()).collect(),
    )
    .await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "a time of last use, kept beside the key itself"
    )]
    tx.commit_silently().await
}
