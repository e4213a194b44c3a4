use db::{Db, Error};
use kernel::{LogId, Scope};

use crate::{Progress, store};

/// Shows how far the reading of a log is.
pub async fn note_progress(
    db: &Db,
    scope: &Scope,
    id: LogId,
    progress: Progress,
) -> Result<(), Error> {
    let mut tx = db.write(scope).await?;
    store::set_progress(&mut tx, id, progress).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "a progress bar; the end is audited"
    )]
    tx.commit_silently().await
}
