use askama::Template;
use askama::filters::HtmlSafe;
use kernel::{ConnectionId, LogId};
use time::OffsetDateTime;

use crate::component::Tone;
use crate::filters;

/// The scan of a connection; polled while it runs.
#[derive(Debug, Clone, Template)]
#[template(path = "connectors/scan_status.html")]
pub struct ScanStatus {
    /// The connection.
    pub connection: ConnectionId,
    /// The anti-forgery token of the session.
    pub csrf: String,
    /// The present moment.
    pub now: OffsetDateTime,
    /// What the person chooses for a scan, such as a repository: names of arguments.
    pub asks: Vec<String>,
    /// How far it is.
    pub scan: Scan,
    /// Whether this person may have it scanned.
    pub may_scan: bool,
}

impl HtmlSafe for ScanStatus {}

impl Scan {
    /// Its name, told to screen readers once when it changes.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Unsupported | Self::Unavailable => "No scan",
            Self::Never => "Not scanned yet",
            Self::Running { .. } => "Scan is running",
            Self::Done { .. } => "Scan is done",
            Self::Failed { .. } => "Scan failed",
        }
    }
}

/// How far a scan is.
#[derive(Debug, Clone)]
pub enum Scan {
    /// The app's manifest declares no scan.
    Unsupported,
    /// The connection does not work, so nothing can be scanned.
    Unavailable,
    /// Never done.
    Never,
    /// Under way.
    Running {
        /// When it began.
        since: OffsetDateTime,
        /// Calls so far.
        calls: u64,
        /// Events so far.
        events: u64,
    },
    /// Done.
    Done {
        /// When.
        at: OffsetDateTime,
        /// The log that it made.
        log: LogId,
        /// Cases in it.
        cases: u64,
        /// Events in it.
        events: u64,
    },
    /// Stopped by an error. Nothing of it is stored.
    Failed {
        /// When.
        at: OffsetDateTime,
        /// What happened and what to do.
        message: String,
    },
}
