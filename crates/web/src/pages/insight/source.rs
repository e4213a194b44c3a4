use std::collections::HashMap;

use db::ReadTx;
use insight::StoredLog;
use kernel::ConnectionId;

use crate::problem::Problem;

/// Where logs come from, in words.
pub(super) struct Sources(HashMap<ConnectionId, String>);

impl Sources {
    /// The names of connections, where one of `logs` was scanned. Whoever may not see connections
    /// reads that it was a scan, and not of what.
    pub(super) async fn of(tx: &mut ReadTx, logs: &[StoredLog]) -> Result<Self, Problem> {
        if logs.iter().all(|log| log.connection.is_none()) {
            return Ok(Self(HashMap::new()));
        }
        let connections = connectors::connections(tx).await?;
        Ok(Self(
            connections
                .into_iter()
                .map(|connection| (connection.id, connection.name))
                .collect(),
        ))
    }

    /// `Imported file`, or `Scan of Tracker`.
    pub(super) fn words(&self, log: &StoredLog) -> String {
        match log.connection {
            None => "Imported file".to_owned(),
            Some(connection) => match self.0.get(&connection) {
                Some(name) => format!("Scan of {name}"),
                None => "Scan of a connected app".to_owned(),
            },
        }
    }
}
