use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use db::{Db, Error};
use kernel::{Scope, TokenHash};

use crate::store;

/// Collects which access tokens were used, so that a read does not cost a write: [`TokenUses::write`],
/// called now and then, stores it at their grants.
#[derive(Debug, Default)]
pub struct TokenUses(Mutex<HashSet<TokenHash>>);

impl TokenUses {
    /// Remembers that the token was used.
    pub fn note(&self, token: TokenHash) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(token);
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
    let noted: Vec<Vec<u8>> = noted.iter().map(|hash| hash.as_bytes().to_vec()).collect();
    store::note_use(&mut tx, &noted).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "a time of last use, kept beside the grant itself"
    )]
    tx.commit_silently().await
}
