use db::Db;
use kernel::{AuditEntry, LogId, Scope};
use serde::Serialize;

use crate::{EventLog, store};

/// Why a log was not stored; nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// It was removed while it was read, or read twice.
    #[error("the log is not waiting for its events any more")]
    NotReading,
    /// The organisation has stored as much as it may.
    #[error(
        "the organisation's logs would hold more than {MOST_EVENTS} events: remove one that is not needed"
    )]
    Quota,
    /// The statistics have no JSON form.
    #[error("the statistics could not be written")]
    Statistics(#[source] serde_json::Error),
    /// The database failed.
    #[error("the log could not be stored")]
    Database(#[from] db::Error),
}

/// Events that one organisation may store in all, about 5 GB: a disk that one tenant fills is full for
/// everybody.
pub(super) const MOST_EVENTS: i64 = 20_000_000;
/// Rows sent at once.
const BATCH: usize = 50_000;

/// Stores a whole log with its statistics, in one transaction: all of it, or nothing.
pub async fn save_log(
    db: &Db,
    scope: &Scope,
    id: LogId,
    log: &EventLog,
    statistics: &(impl Serialize + Sync),
) -> Result<(), SaveError> {
    let statistics = serde_json::to_value(statistics).map_err(SaveError::Statistics)?;
    let mut tx = db.write(scope).await?;
    let counts = (count(log.case_count()), count(log.event_count()));
    if store::stored_elsewhere(&mut tx, id)
        .await?
        .saturating_add(counts.1)
        > MOST_EVENTS
    {
        return Err(SaveError::Quota);
    }
    if !store::set_ready(&mut tx, id, counts, statistics).await? {
        return Err(SaveError::NotReading);
    }
    for (kind, names) in [
        ("case", log.case_names()),
        ("activity", log.activity_names()),
        ("resource", log.resource_names()),
    ] {
        let all: Vec<&str> = names.iter().collect();
        for (batch, first) in all.chunks(BATCH).zip((0..).step_by(BATCH)) {
            store::insert_names(&mut tx, id, kind, first, batch).await?;
        }
    }
    let mut rows = store::EventRows::default();
    let mut first = 0;
    for case in log.cases() {
        for ((activity, time), resource) in case
            .activities
            .iter()
            .zip(case.times_us)
            .zip(case.resources())
        {
            rows.push(case.id, *activity, resource, *time);
        }
        if rows.len() >= BATCH {
            first += store::insert_events(&mut tx, id, first, &std::mem::take(&mut rows)).await?;
        }
    }
    store::insert_events(&mut tx, id, first, &rows).await?;
    let entry = AuditEntry::about("insight.log_read", id)
        .with("cases", counts.0)
        .with("events", counts.1);
    Ok(tx.commit(entry).await?)
}

pub(super) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
