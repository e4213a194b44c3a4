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

/// The most telling figures of a log.
#[derive(Debug, Clone)]
pub struct Highlight {
    /// The log.
    pub id: LogId,
    /// Its name.
    pub name: String,
    /// Its cases.
    pub cases: i64,
    /// Half of the cases take at most this long, in seconds.
    pub median_duration_s: f64,
    /// The first of the ranked bottlenecks in one sentence, where there is one.
    pub bottleneck: Option<String>,
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

/// The most telling figures of the bound organisation's newest logs that are whole.
pub async fn highlights(tx: &mut ReadTx, most: u8) -> Result<Vec<Highlight>, Error> {
    store::highlights(tx, most).await
}

/// One log of the bound organisation.
pub async fn log(tx: &mut ReadTx, id: LogId) -> Result<Option<StoredLog>, Error> {
    store::log(tx, id).await
}
