use std::time::Duration;

use db::{Db, Error};
use kernel::{LogId, Scope};

use crate::store;

/// A reader that was not heard of for so long has died.
const SILENCE: Duration = Duration::from_mins(3);

/// Says that a log is still being read. Whoever reads it says so several times a minute.
pub async fn note_alive(db: &Db, scope: &Scope, id: LogId) -> Result<(), Error> {
    let mut tx = db.write(scope).await?;
    store::set_alive(&mut tx, id).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "a sign of life; the end is audited"
    )]
    tx.commit_silently().await
}

/// Ends the reading of logs, of all organisations, whose reader died. Returns how many.
pub async fn sweep(db: &Db) -> Result<i32, Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    let seconds = i32::try_from(SILENCE.as_secs()).unwrap_or(i32::MAX);
    let ended = store::sweep(&mut tx, seconds).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "insight.sweep writes an entry for each"
    )]
    tx.commit_silently().await?;
    Ok(ended)
}
