use db::Db;
use kernel::{FileId, Scope};

use super::bytes::FileStore;
use crate::store::files;

/// Files at once.
const BATCH: i32 = 100;

/// Ends files whose writer died, and removes the bytes of those whose row is gone. Returns how many were removed.
pub(crate) async fn sweep_files(db: &Db, store: &FileStore) -> Result<usize, db::Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    files::end_unfinished(&mut tx).await?;
    let due = files::to_remove(&mut tx, BATCH).await?;
    quietly(tx).await?;
    let mut removed: Vec<FileId> = Vec::with_capacity(due.len());
    for id in due {
        match store.remove(id).await {
            Ok(()) => removed.push(id),
            // Tried again with the next sweep.
            Err(error) => tracing::warn!(file = %id, %error, "broker.file_not_removed"),
        }
    }
    if !removed.is_empty() {
        let mut tx = db.write(&Scope::Anonymous).await?;
        files::removed(&mut tx, &removed).await?;
        quietly(tx).await?;
    }
    Ok(removed.len())
}

async fn quietly(tx: db::WriteTx) -> Result<(), db::Error> {
    #[expect(
        clippy::disallowed_methods,
        reason = "whoever removed a log has told of it; what is left of its file is nobody's"
    )]
    tx.commit_silently().await
}
