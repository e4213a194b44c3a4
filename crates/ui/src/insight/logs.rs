use askama::Template;
use kernel::{JobId, LogId};
use time::OffsetDateTime;

use crate::Page;
use crate::component::FieldErrors;
use crate::filters;

/// The organisation's event logs, and the form that imports one.
#[derive(Debug, Clone, Template)]
#[template(path = "insight/logs.html")]
pub struct Logs {
    /// What every page shares.
    pub page: Page,
    /// The newest first.
    pub logs: Vec<LogRow>,
    /// The import form.
    pub form: ImportForm,
}

/// An event log in one line.
#[derive(Debug, Clone)]
pub struct LogRow {
    /// Its identifier.
    pub id: LogId,
    /// Its name.
    pub name: String,
    /// File or app that it came from.
    pub source: String,
    /// Cases in it.
    pub cases: u64,
    /// Events in it.
    pub events: u64,
    /// When it was imported or scanned.
    pub imported_at: OffsetDateTime,
    /// By whom.
    pub imported_by: String,
    /// Whether it can be looked at.
    pub state: LogState,
}

/// Whether a log can be looked at.
#[derive(Debug, Clone)]
pub enum LogState {
    /// It can.
    Ready,
    /// Being imported by this job.
    Importing(JobId),
    /// Refused; nothing of it is stored.
    Failed(JobId),
}

/// The import form, as typed.
#[derive(Debug, Clone, Default)]
pub struct ImportForm {
    /// Name of the log.
    pub name: String,
    /// CSV column that names the case.
    pub case_column: String,
    /// CSV column that names the step.
    pub activity_column: String,
    /// CSV column with the time.
    pub time_column: String,
    /// CSV column that names who did it.
    pub resource_column: String,
    /// Largest accepted file.
    pub limit_bytes: u64,
    /// What is wrong, by field: `file`, `name`, `case_column`, `activity_column`, `time_column`.
    pub errors: FieldErrors,
}
