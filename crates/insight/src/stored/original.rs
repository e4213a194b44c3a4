use db::{Error, ReadTx};
use kernel::{FileId, LogId};

use crate::store;

/// The file that a log was imported from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// Its identifier.
    pub file: FileId,
    /// What it was called where it came from.
    pub name: String,
    /// How long it is.
    pub size_bytes: u64,
}

/// The original of a log of the bound organisation. Nothing where the log was scanned.
pub async fn original(tx: &mut ReadTx, log: LogId) -> Result<Option<Original>, Error> {
    store::original(tx, log).await
}
