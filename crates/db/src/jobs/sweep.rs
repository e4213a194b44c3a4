use kernel::Scope;

use crate::{Db, Error};

/// Ends jobs whose last process died over them, and removes those that ended more than a week ago.
pub async fn sweep(db: &Db) -> Result<(), Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    sqlx::query!("select jobs.sweep()")
        .execute(&mut *tx)
        .await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "retention of the queue, no one's data"
    )]
    tx.commit_silently().await
}
