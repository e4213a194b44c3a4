use askama::Template;
use askama::filters::HtmlSafe;
use kernel::{ConnectionId, JobId, LogId};

use crate::Page;
use crate::filters;

/// An import on its way.
#[derive(Debug, Clone, Template)]
#[template(path = "insight/import.html")]
pub struct Import {
    /// What every page shares.
    pub page: Page,
    /// Name of the log.
    pub name: String,
    /// Where the log comes from, in words.
    pub source: String,
    /// The log that it fills.
    pub log: LogId,
    /// How far it is; the same fragment that is fetched again while it runs.
    pub status: ImportStatus,
}

/// How far an import is; polled until it is done.
#[derive(Debug, Clone, Template)]
#[template(path = "insight/import_status.html")]
pub struct ImportStatus {
    /// The job.
    pub job: JobId,
    /// How far it is.
    pub state: ImportState,
    /// The connection that it is scanned from; none where it is a file.
    pub connection: Option<ConnectionId>,
    /// Whether the person may remove what is left of it.
    pub may_remove: bool,
}

impl Import {
    fn remove_path(&self) -> String {
        format!("/insight/logs/{}/remove", self.log)
    }
}

impl HtmlSafe for ImportStatus {}

/// How far an import is.
#[derive(Debug, Clone)]
pub enum ImportState {
    /// Waits for a free worker.
    Queued,
    /// Reading the file, or storing what was read.
    Reading {
        /// Bytes read so far. How many will come is known to the browser that sends them alone.
        read_bytes: u64,
        /// Events so far.
        events: u64,
    },
    /// Done.
    Done {
        /// The log.
        log: LogId,
        /// Cases in it.
        cases: u64,
        /// Events in it.
        events: u64,
        /// How long it took.
        duration_ms: u64,
    },
    /// Refused; nothing of it is stored.
    Failed(ImportProblem),
}

impl ImportState {
    /// Whether it will change by itself.
    pub const fn is_running(&self) -> bool {
        !matches!(self, Self::Done { .. } | Self::Failed(_))
    }

    /// Its name, told to screen readers once when it changes.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Queued => "Waiting for a free worker",
            Self::Reading { .. } => "Reading and storing",
            Self::Done { .. } => "Imported",
            Self::Failed(_) => "Refused; nothing is stored",
        }
    }
}

/// Why a file was refused.
#[derive(Debug, Clone)]
pub struct ImportProblem {
    /// What is wrong.
    pub message: String,
    /// Where, counted from 1.
    pub line: Option<u64>,
    /// What to do about it.
    pub hint: String,
}
