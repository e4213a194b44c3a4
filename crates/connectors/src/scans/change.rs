use std::time::Duration;

use db::{Error, WriteTx};
use kernel::{AuditEntry, ConnectionId, JobId, LogId};

use super::store;
use super::{Every, NewCall, add_calls};

/// Begins a scan into a log with its first calls.
pub async fn begin_scan(
    tx: &mut WriteTx,
    (log, connection, job): (LogId, ConnectionId, JobId),
    (asked, calls): (&str, &[NewCall]),
) -> Result<(), Error> {
    store::insert_scan(tx, log, connection, job, asked).await?;
    add_calls(tx, log, calls).await?;
    Ok(())
}

/// Notes why no call is made for a while. False where `job` does not carry the scan any more.
pub async fn delay_scan(
    tx: &mut WriteTx,
    (log, job): (LogId, JobId),
    (code, told): (&str, &str),
    pause: Duration,
) -> Result<bool, Error> {
    store::delay(tx, (log, job), (code, told), pause).await
}

/// What becomes of a scan whose round was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanEnd {
    /// It is done.
    Done,
    /// It is done, and begins another round by itself.
    Again(Every),
    /// The job does not carry the scan any more, or it runs no more.
    Left,
}

/// All was read.
pub async fn end_scan(tx: &mut WriteTx, log: LogId, job: JobId) -> Result<ScanEnd, Error> {
    store::end(tx, log, job).await
}

/// It came no further: a stable code, and a sentence. False where `job` does not carry the scan any more.
pub async fn fail_scan(
    tx: &mut WriteTx,
    (log, job): (LogId, JobId),
    (code, told): (&str, &str),
) -> Result<bool, Error> {
    store::fail(tx, (log, job), (code, told)).await
}

/// Stops a scan until somebody goes on with it. False where it does not run.
pub async fn pause_scan(mut tx: WriteTx, log: LogId) -> Result<bool, Error> {
    if !store::pause(&mut tx, log).await? {
        return Ok(false);
    }
    tx.commit(AuditEntry::about("connectors.scan_paused", log))
        .await?;
    Ok(true)
}

/// Has a scan that was stopped, or failed, carried on by another job. It repeats no more where somebody else had asked
/// for that. False where it runs, or is done.
pub async fn carry_on(tx: &mut WriteTx, log: LogId, job: JobId) -> Result<bool, Error> {
    store::carry_on(tx, log, job).await
}

/// Begins another round of a scan that is done, with its first calls. False where it is not.
pub async fn next_round(
    tx: &mut WriteTx,
    (log, job): (LogId, JobId),
    calls: &[NewCall],
) -> Result<bool, Error> {
    if !store::next_round(tx, log, job).await? {
        return Ok(false);
    }
    add_calls(tx, log, calls).await?;
    Ok(true)
}

/// Has a scan that runs carried by another job from its next page on. False where it does not run.
pub async fn take_over(tx: &mut WriteTx, log: LogId, job: JobId) -> Result<bool, Error> {
    store::take_over(tx, log, job).await
}

/// Says how often a scan begins another round by itself, for whoever is bound. One that does so needs a job of theirs.
pub async fn repeat_scan(
    tx: &mut WriteTx,
    log: LogId,
    every: Option<Every>,
) -> Result<AuditEntry, Error> {
    store::repeat(tx, log, every).await?;
    let entry = AuditEntry::about("connectors.scan_repeats", log);
    Ok(entry.with("every", every.map_or("never", Every::as_str)))
}
