use std::time::Duration;

use db::{Error, ReadTx};
use kernel::{ConnectionId, JobId, LogId};
use time::OffsetDateTime;

use super::store;

/// How far a scan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanState {
    /// It makes its calls, or waits until it may make the next.
    Running,
    /// A person stopped it, and can go on.
    Paused,
    /// All of it was read.
    Done,
    /// It came no further, and a person can go on.
    Failed,
}

/// How often a scan reads by itself what is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// Each hour.
    Hour,
    /// Each day.
    Day,
    /// Each week.
    Week,
}

impl Every {
    /// All, from the shortest on.
    pub const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Week];

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    /// From the end of one round to the beginning of the next.
    pub const fn duration(self) -> Duration {
        match self {
            Self::Hour => Duration::from_hours(1),
            Self::Day => Duration::from_hours(24),
            Self::Week => Duration::from_hours(24 * 7),
        }
    }

    /// Reads its stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|every| every.as_str() == text)
    }
}

/// A scan of a connection, which reads into a log.
#[derive(Debug, Clone)]
pub struct Scan {
    /// The log.
    pub log: LogId,
    /// What is read.
    pub connection: ConnectionId,
    /// What the person chose: a JSON object in canonical form.
    pub asked: String,
    /// How far it is.
    pub state: ScanState,
    /// The job that carries it.
    pub job: JobId,
    /// How often it was begun: after the first round it reads what is new.
    pub round: u32,
    /// How often a round begins by itself.
    pub every: Option<Every>,
    /// Calls that were made in this round.
    pub calls: u32,
    /// Of them, those about what the app had no more.
    pub gone: u32,
    /// Calls that are known to come, each with all its pages.
    pub open: u32,
    /// Calls in a row that brought nothing.
    pub failures: u32,
    /// Why the last of these did not, or why it failed: a stable code.
    pub code: Option<String>,
    /// The same in words.
    pub told: Option<String>,
    /// When the next call is made, where the app asked for a pause or did not answer; when it is done, and begins
    /// another round by itself: when.
    pub next_at: Option<OffsetDateTime>,
    /// When it began.
    pub began_at: OffsetDateTime,
    /// When it was done, or failed.
    pub ended_at: Option<OffsetDateTime>,
}

impl ScanState {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Running, Self::Paused, Self::Done, Self::Failed]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// The scan that reads into a log.
pub async fn scan(tx: &mut ReadTx, log: LogId) -> Result<Option<Scan>, Error> {
    Ok(store::scans(tx, (Some(log), None)).await?.pop())
}

/// Scans of a connection, the latest first.
pub async fn scans(tx: &mut ReadTx, of: ConnectionId) -> Result<Vec<Scan>, Error> {
    store::scans(tx, (None, Some(of))).await
}
