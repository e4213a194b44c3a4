use askama::Template;
use askama::filters::HtmlSafe;
use kernel::{ConnectionId, LogId};
use time::OffsetDateTime;

use crate::component::Tone;
use crate::filters;

/// The scans of a connection.
#[derive(Debug, Clone, Template)]
#[template(path = "connectors/scans.html")]
pub struct Scans {
    /// The connection.
    pub connection: ConnectionId,
    /// The anti-forgery token of the session.
    pub csrf: String,
    /// Whether there can be one.
    pub scannable: Scannable,
    /// What the person chooses for a scan, such as a repository: names of arguments.
    pub asks: Vec<String>,
    /// The latest first.
    pub scans: Vec<Scan>,
    /// Whether this person may have it scanned.
    pub may_scan: bool,
}

impl HtmlSafe for Scans {}

/// Whether a connection can be scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scannable {
    /// It can.
    Yes,
    /// The connection does not work now.
    Reconnect,
    /// Its app's manifest declares no scan, or it was made for writing.
    No,
}

/// A scan, which reads into a log; polled while it runs.
#[derive(Debug, Clone, Template)]
#[template(path = "connectors/scan.html")]
pub struct Scan {
    /// The log.
    pub log: LogId,
    /// Its connection.
    pub connection: ConnectionId,
    /// The anti-forgery token of the session.
    pub csrf: String,
    /// The present moment.
    pub now: OffsetDateTime,
    /// What was chosen for it; empty where the app asks nothing.
    pub asked: String,
    /// How far it is.
    pub state: ScanState,
    /// How often it reads by itself what is new: `hour`, `day` or `week`; empty where it does not.
    pub every: &'static str,
    /// Whether this person may go on with it.
    pub may_scan: bool,
}

impl HtmlSafe for Scan {}

/// How far a scan is.
#[derive(Debug, Clone)]
pub enum ScanState {
    /// Under way.
    Running {
        /// When it began.
        since: OffsetDateTime,
        /// What was read.
        read: Read,
        /// Why no call is made now, and when the next one is.
        wait: Option<(String, OffsetDateTime)>,
    },
    /// Stopped by a person.
    Paused {
        /// What was read.
        read: Read,
    },
    /// Done.
    Done {
        /// When.
        at: OffsetDateTime,
        /// Cases and events in its log, for who may read it.
        held: Option<(u64, u64)>,
        /// When it reads by itself what is new.
        next: Option<OffsetDateTime>,
        /// Why it does so no more; or nothing.
        told: String,
    },
    /// Came no further.
    Failed {
        /// When.
        at: OffsetDateTime,
        /// What happened and what to do.
        message: String,
        /// What was read.
        read: Read,
        /// Whether it would come no further another time.
        is_final: bool,
    },
}

/// What a scan read so far.
#[derive(Debug, Clone, Copy)]
pub struct Read {
    /// Calls that were made.
    pub calls: u64,
    /// Calls that are known to come.
    pub open: u64,
    /// Events so far, for who may read them.
    pub events: Option<u64>,
}

impl Scan {
    /// How often to look, while it runs.
    const fn poll(&self) -> Option<&'static str> {
        match &self.state {
            ScanState::Running { wait: None, .. } => Some("1s"),
            ScanState::Running { .. } => Some("10s"),
            _ => None,
        }
    }

    /// Its state, told to screen readers once when it changes.
    const fn told(&self) -> &'static str {
        match &self.state {
            ScanState::Running { wait: None, .. } => "Scan is running",
            ScanState::Running { .. } => "Scan waits",
            ScanState::Paused { .. } => "Scan is paused",
            ScanState::Done { .. } => "Scan is done",
            ScanState::Failed { .. } => "Scan failed",
        }
    }

    /// What a person may do with it: the verb of the form, and the words of the button.
    const fn act(&self) -> (&'static str, &'static str) {
        match &self.state {
            ScanState::Running { .. } => ("pause", "Pause"),
            ScanState::Done { .. } => ("resume", "Read what is new"),
            ScanState::Paused { .. } | ScanState::Failed { .. } => ("resume", "Go on"),
        }
    }

    /// Whether there is anything to do with it.
    const fn goes_on(&self) -> bool {
        !matches!(self.state, ScanState::Failed { is_final: true, .. })
    }

    const fn runs(&self) -> bool {
        matches!(self.state, ScanState::Running { .. })
    }

    fn title(&self) -> &str {
        if self.asked.is_empty() {
            "Everything"
        } else {
            &self.asked
        }
    }

    /// What the person may choose: value, words, and whether it is so.
    fn everies(&self) -> [(&'static str, &'static str, bool); 4] {
        [
            ("", "never"),
            ("hour", "each hour"),
            ("day", "each day"),
            ("week", "each week"),
        ]
        .map(|(value, words)| (value, words, value == self.every))
    }
}

impl Read {
    /// Of 100, as far as it is known what is to come.
    fn percent(self) -> Option<u64> {
        let all = self.calls + self.open;
        (self.open > 1 && all > 0).then(|| self.calls * 100 / all)
    }
}
