use std::time::Duration;

use kernel::Scope;

use super::ClaimedJob;
use crate::{Db, Error};

/// Lets a job's lease last for `lease` from now. Nothing happens where it has gone to somebody else.
pub(super) async fn renew(db: &Db, job: &ClaimedJob, lease: Duration) -> Result<(), Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    sqlx::query!(
        "select jobs.renew($1, $2)",
        job.token().as_bytes(),
        i32::try_from(lease.as_secs()).unwrap_or(i32::MAX),
    )
    .execute(&mut *tx)
    .await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "a sign of life; what the job does is audited by the job"
    )]
    tx.commit_silently().await
}
