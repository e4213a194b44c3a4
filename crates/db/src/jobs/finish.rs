use std::time::Duration;

use kernel::Scope;

use super::ClaimedJob;
use crate::{Db, Error};

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It did what it had to.
    Done,
    /// It failed with a stable code, and runs again after a pause while attempts are left.
    Retry(&'static str, Duration),
    /// Nothing failed, and there is more to do after a pause: it runs again as if for the first time.
    Later(Duration),
    /// It failed with a stable code, for good.
    Failed(&'static str),
}

/// Ends a claimed job. Nothing happens where its lease has gone to somebody else.
pub(super) async fn finish(db: &Db, job: &ClaimedJob, outcome: Outcome) -> Result<(), Error> {
    let (failure, retry) = match outcome {
        Outcome::Later(pause) => return put_off(db, job, pause).await,
        Outcome::Done => (None, None),
        Outcome::Retry(code, pause) => (Some(code), i32::try_from(pause.as_secs()).ok()),
        Outcome::Failed(code) => (Some(code), None),
    };
    let mut tx = db.write(&Scope::Anonymous).await?;
    sqlx::query!(
        "select jobs.finish($1, $2, $3)",
        job.token().as_bytes(),
        failure,
        retry
    )
    .execute(&mut *tx)
    .await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "what the job did is audited by the job"
    )]
    tx.commit_silently().await
}

async fn put_off(db: &Db, job: &ClaimedJob, pause: Duration) -> Result<(), Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    sqlx::query!(
        "select jobs.put_off($1, $2)",
        job.token().as_bytes(),
        i32::try_from(pause.as_secs()).unwrap_or(i32::MAX),
    )
    .execute(&mut *tx)
    .await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "what the job did is audited by the job"
    )]
    tx.commit_silently().await
}
