use db::{Error, ReadTx, WriteTx};
use kernel::{JobId, LogId};
use time::OffsetDateTime;

use super::store;

/// A call to be made, with all its pages.
#[derive(Debug, Clone)]
pub struct NewCall {
    /// The step of the app's scan, from 0.
    pub step: u16,
    /// Its arguments: a JSON object in canonical form.
    pub arguments: String,
    /// Whether it is made in no later round.
    pub once: bool,
}

/// The next page of a call.
#[derive(Debug, Clone)]
pub struct OpenCall {
    /// The step of the app's scan, from 0.
    pub step: u16,
    /// Which call of the step.
    pub digest: [u8; 32],
    /// The arguments that it was called with: a JSON object in canonical form.
    pub called: String,
    /// What asks for the page, where it is not the first.
    pub next: Option<NextPage>,
    /// Where what is new since the last round begins; none where all of it is read.
    pub mark: Option<String>,
    /// Where what is new in the next round will begin, after the pages that were read.
    pub next_mark: Option<String>,
    /// Pages that were read.
    pub pages: u32,
    /// When the first of them was asked for.
    pub begun_at: Option<OffsetDateTime>,
}

/// What asks for a page after the first.
#[derive(Debug, Clone)]
pub struct NextPage {
    /// The same operation, or one that goes on with it.
    pub operation: String,
    /// Its arguments: a JSON object in canonical form.
    pub arguments: String,
}

/// A page that was read.
#[derive(Debug, Clone)]
pub struct ScanPage<'a> {
    /// Of which call.
    pub call: &'a OpenCall,
    /// What asks for the next one; nothing after the last.
    pub next: Option<NextPage>,
    /// Where what is new in the next round will begin.
    pub mark: Option<String>,
    /// When the call's first page was asked for.
    pub begun_at: OffsetDateTime,
}

/// The call whose next page is due; none where all were made.
pub async fn open_call(tx: &mut ReadTx, log: LogId) -> Result<Option<OpenCall>, Error> {
    store::open_call(tx, log).await
}

/// Adds calls to a round; one that was made in it, or waits, counts once. False where a scan makes no more.
pub async fn add_calls(tx: &mut WriteTx, log: LogId, calls: &[NewCall]) -> Result<bool, Error> {
    store::add_calls(tx, log, calls).await
}

/// Notes that a page was read. False where `job` does not carry the scan any more, or it runs no more: then nothing
/// of the page may be kept.
pub async fn end_page(
    tx: &mut WriteTx,
    (log, job): (LogId, JobId),
    page: ScanPage<'_>,
) -> Result<bool, Error> {
    if !store::note_page(tx, log, job).await? {
        return Ok(false);
    }
    store::turn_page(tx, log, page).await?;
    Ok(true)
}

/// Ends a call about what the app has no more. False where `job` does not carry the scan any more.
pub async fn end_gone(
    tx: &mut WriteTx,
    (log, job): (LogId, JobId),
    call: &OpenCall,
) -> Result<bool, Error> {
    if !store::note_page(tx, log, job).await? {
        return Ok(false);
    }
    store::end_gone(tx, log, call).await?;
    Ok(true)
}

/// Begins a call anew, as the app forgot where its next page was: what was read of it counts once. One that was at its
/// first page forgets where what is new began, and reads all. False where it was begun anew too often, or `job` does not
/// carry the scan any more.
pub async fn restart_call(
    tx: &mut WriteTx,
    (log, job): (LogId, JobId),
    call: &OpenCall,
) -> Result<bool, Error> {
    Ok(store::note_page(tx, log, job).await? && store::restart(tx, log, call).await?)
}
