use db::WriteTx;
use kernel::{AuditEntry, LogId};
use serde::Serialize;

use super::save::{SaveError, count};
use crate::{EventLog, store};

/// Shows a log that grew as what it is now, with its statistics. Returns the entry to commit it with.
pub async fn publish(
    tx: &mut WriteTx,
    id: LogId,
    log: &EventLog,
    statistics: &(impl Serialize + Sync),
) -> Result<AuditEntry, SaveError> {
    let statistics = serde_json::to_value(statistics).map_err(SaveError::Statistics)?;
    let counts = (count(log.case_count()), count(log.event_count()));
    if !store::set_ready(tx, id, counts, statistics).await? {
        return Err(SaveError::NotReading);
    }
    let entry = AuditEntry::about("insight.log_read", id);
    Ok(entry.with("cases", counts.0).with("events", counts.1))
}

/// Says why its reading stopped: a stable code, and a sentence. What came is kept.
pub async fn interrupt(
    tx: &mut WriteTx,
    id: LogId,
    (code, sentence): (&str, &str),
) -> Result<(), db::Error> {
    let sentence: String = sentence.chars().take(500).collect();
    store::set_interrupted(tx, id, code, &sentence).await
}

/// Says that it is read again, after it was interrupted.
pub async fn go_on(tx: &mut WriteTx, id: LogId) -> Result<(), db::Error> {
    store::set_reading(tx, id).await
}
