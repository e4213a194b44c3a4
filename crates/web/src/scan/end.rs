use std::time::Duration;

use connectors::ScanEnd;
use kernel::AuditEntry;

use super::error::ScanError;
use super::page::Reader;

impl Reader<'_> {
    /// All was read: shows the log with its statistics. Returns how long to wait for the next round, where one begins by
    /// itself.
    pub(super) async fn end(&self) -> Result<Option<Duration>, ScanError> {
        let log = {
            let mut tx = self.state.db.read(&self.scope).await?;
            insight::read_back(&mut tx, self.log).await?
        };
        let computed = tokio::task::spawn_blocking(move || {
            let statistics = insight::statistics(&log);
            (log, statistics)
        });
        let (log, statistics) = computed.await.map_err(|_| ScanError::TooLarge)?;
        let mut tx = self.state.db.write(&self.scope).await?;
        let again = match connectors::end_scan(&mut tx, self.log, self.job).await? {
            ScanEnd::Left => return Err(ScanError::Left),
            ScanEnd::Done => None,
            ScanEnd::Again(every) => Some(every.duration()),
        };
        let entry = insight::publish(&mut tx, self.log, &log, &statistics).await?;
        tx.commit(entry).await?;
        Ok(again)
    }

    /// It comes no further: says why, where a person can go on with it.
    pub(super) async fn fail(&self, error: &ScanError) -> Result<(), db::Error> {
        let (code, told) = (error.code(), error.to_string());
        let mut tx = self.state.db.write(&self.scope).await?;
        if !connectors::fail_scan(&mut tx, (self.log, self.job), (code, &told)).await? {
            return Ok(());
        }
        insight::interrupt(&mut tx, self.log, (code, &told)).await?;
        tx.commit(AuditEntry::about("connectors.scan_stopped", self.log).with("code", code))
            .await
    }
}
