use std::time::Duration;

use kernel::Scope;

use super::ClaimedJob;
use crate::{Db, Error, WriteTx};

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
    let token = job.token().as_bytes().as_slice();
    let mut tx = db.write(&Scope::Anonymous).await?;
    match outcome {
        Outcome::Later(pause) => {
            let seconds = i32::try_from(pause.as_secs()).unwrap_or(i32::MAX);
            sqlx::query!("select jobs.put_off($1, $2)", token, seconds)
                .execute(&mut *tx)
                .await?;
        }
        Outcome::Done => end(&mut tx, token, (None, None)).await?,
        Outcome::Failed(code) => end(&mut tx, token, (Some(code), None)).await?,
        Outcome::Retry(code, pause) => {
            let seconds = i32::try_from(pause.as_secs()).ok();
            end(&mut tx, token, (Some(code), seconds)).await?;
        }
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "what the job did is audited by the job"
    )]
    tx.commit_silently().await
}

async fn end(
    tx: &mut WriteTx,
    token: &[u8],
    (failure, retry): (Option<&str>, Option<i32>),
) -> Result<(), Error> {
    sqlx::query!("select jobs.finish($1, $2, $3)", token, failure, retry)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
