use db::{Error, WriteTx};
use kernel::{AuditEntry, ConnectionId, LogId};

use crate::store;

/// Where a log comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A file.
    Import,
    /// A connected app.
    Scan(ConnectionId),
}

/// A log that is about to be read.
#[derive(Debug, Clone)]
pub struct NewLog {
    pub(crate) name: String,
    pub(crate) source: Source,
}

/// The name does not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("give the log a name of 1 to 200 characters")]
pub struct NewLogError;

const MAX_NAME_CHARACTERS: usize = 200;

impl NewLog {
    /// A log of that name.
    pub fn parse(name: &str, source: Source) -> Result<Self, NewLogError> {
        let name = name.trim();
        let length = name.chars().count();
        if length == 0 || length > MAX_NAME_CHARACTERS || name.chars().any(char::is_control) {
            return Err(NewLogError);
        }
        Ok(Self {
            name: name.to_owned(),
            source,
        })
    }
}

/// Adds an empty log for the bound person, to be read into. Returns the entry to commit it with.
pub async fn create_log(tx: &mut WriteTx, id: LogId, new: NewLog) -> Result<AuditEntry, Error> {
    store::insert_log(tx, id, &new).await?;
    let source = match new.source {
        Source::Import => "import",
        Source::Scan(_) => "scan",
    };
    Ok(AuditEntry::about("insight.log_created", id).with("source", source))
}
