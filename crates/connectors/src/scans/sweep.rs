use db::{Db, Error};
use kernel::Scope;

use super::store;

/// Stops scans, of all organisations, that no job carries any more. Returns how many.
pub async fn sweep_scans(db: &Db) -> Result<i32, Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    let stopped = store::sweep(&mut tx).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "connectors.stop_scan writes an entry for each"
    )]
    tx.commit_silently().await?;
    Ok(stopped)
}
