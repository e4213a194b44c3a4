use std::time::Duration;

use db::{Db, Error};
use kernel::Scope;

use crate::store;

/// Moves on what time moves on: proposals past their expiry, and those whose broker died while
/// sending, `lease` ago or more. Returns how many. Only the broker's role may.
pub async fn sweep(db: &Db, lease: Duration) -> Result<i32, Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    let moved = store::sweep(&mut tx, i32::try_from(lease.as_secs()).unwrap_or(i32::MAX)).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "approvals.sweep writes an entry for each"
    )]
    tx.commit_silently().await?;
    Ok(moved)
}
