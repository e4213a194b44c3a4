use db::{Error, ReadTx};
use kernel::LogId;

use crate::{Bound, EventLog, Limits, LogBuilder, Refusal, store};

/// Rows read at once.
const BATCH: i64 = 50_000;

/// Why a stored log could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadBackError {
    /// It is larger than a log may be.
    #[error("the log is larger than a log may be: more {} than fit", .0.unit())]
    Full(Bound),
    /// The database failed.
    #[error("the log could not be read")]
    Database(#[from] Error),
}

/// A stored log, in the order of time; events of one moment in that of their arrival.
pub async fn read_back(tx: &mut ReadTx, id: LogId) -> Result<EventLog, ReadBackError> {
    let cases = store::names(tx, id, "case").await?;
    let activities = store::names(tx, id, "activity").await?;
    let resources = store::names(tx, id, "resource").await?;
    let mut rows = Vec::new();
    let mut after = -1;
    loop {
        let batch = store::events_after(tx, id, after, BATCH).await?;
        let Some(last) = batch.last() else { break };
        after = last.number;
        rows.extend(batch);
    }
    rows.sort_by_key(|row| row.at);
    let name = |names: &[String], number: i32| {
        let place = usize::try_from(number).ok();
        place.and_then(|place| names.get(place)).cloned()
    };
    let mut builder = LogBuilder::new(&Limits::default());
    for row in &rows {
        let (Some(case), Some(activity)) = (
            name(&cases, row.case_number),
            name(&activities, row.activity_number),
        ) else {
            continue;
        };
        let resource = row
            .resource_number
            .and_then(|number| name(&resources, number));
        let micros = i64::try_from(row.at.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX);
        let taken = builder
            .event(&activity, resource.as_deref(), micros)
            .and_then(|()| builder.close_block(Some(&case)));
        match taken {
            // Names and times were looked at when it came.
            Ok(()) | Err(Refusal::TimeOutOfRange | Refusal::NotText) => {}
            Err(Refusal::Bound(bound)) => return Err(ReadBackError::Full(bound)),
        }
    }
    Ok(builder.finish())
}
