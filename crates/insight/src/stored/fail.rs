use db::{Error, WriteTx};
use kernel::{AuditEntry, LogId};

use crate::store;

/// Ends the reading of a log without a result: a stable code, and a sentence that names the line.
pub async fn fail_log(mut tx: WriteTx, id: LogId, code: &str, sentence: &str) -> Result<(), Error> {
    let sentence: String = sentence.chars().take(500).collect();
    store::set_failed(&mut tx, id, code, &sentence).await?;
    tx.commit(AuditEntry::about("insight.log_failed", id).with("code", code))
        .await
}
