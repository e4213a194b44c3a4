use db::{Error, ReadTx};
use kernel::{ConnectionId, LogId};
use serde_json::Value;
use time::OffsetDateTime;

use crate::store;

/// Where a log stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogState {
    /// It is being read.
    Reading,
    /// It is whole.
    Ready,
    /// It could not be read, and nothing of it was kept.
    Failed,
}

/// A log of the bound organisation.
#[derive(Debug, Clone)]
pub struct StoredLog {
    /// Its identifier.
    pub id: LogId,
    /// Its name.
    pub name: String,
    /// Whether it was scanned from a connection, and which.
    pub connection: Option<ConnectionId>,
    /// Where it stands.
    pub state: LogState,
    /// Bytes of the file that were read.
    pub bytes_read: i64,
    /// Its cases.
    pub cases: i64,
    /// Its events.
    pub events: i64,
    /// Why it could not be read: a stable code.
    pub error_code: Option<String>,
    /// Why it could not be read: a sentence that names the line.
    pub error_text: Option<String>,
    /// [`crate::Statistics`] in JSON, once it is whole. Not part of lists.
    pub statistics: Option<Value>,
    /// Who added it.
    pub added_by: String,
    /// When it was added.
    pub created_at: OffsetDateTime,
    /// When it became whole, or failed.
    pub finished_at: Option<OffsetDateTime>,
}

impl LogState {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Reading, Self::Ready, Self::Failed]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// The bound organisation's logs, newest first, without statistics.
pub async fn logs(tx: &mut ReadTx) -> Result<Vec<StoredLog>, Error> {
    store::logs(tx).await
}

/// One log of the bound organisation.
pub async fn log(tx: &mut ReadTx, id: LogId) -> Result<Option<StoredLog>, Error> {
    store::log(tx, id).await
}
