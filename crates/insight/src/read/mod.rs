//! Reading event logs from files: XES (plain or gzip) and CSV, as a stream.

mod column_role;
mod csv;
mod error;
mod error_code;
mod format;
mod progress;
mod refusal;
mod source;
mod window;
mod xes;

use std::io::Read;

pub use column_role::ColumnRole;
pub use csv::{DateOrder, Mapping};
pub use error::ReadError;
pub use format::Format;
pub use progress::{OnProgress, Progress};

use crate::limits::Limits;
use crate::log::EventLog;
use window::Window;

/// Reads a whole event log, or nothing: an error means that no part of the file was kept.
///
/// The source is read once, from front to back; gzip is recognised by its first bytes. Memory
/// is bounded by the log's columns and the limits, not by the file.
///
/// # Errors
/// See [`ReadError`]: each names the line and says what to do.
pub fn read_log(
    reader: impl Read,
    format: &Format,
    limits: &Limits,
    on_progress: OnProgress<'_>,
) -> Result<EventLog, ReadError> {
    let mut window = Window::open(reader, limits, on_progress)?;
    match format {
        Format::Xes => xes::read(&mut window, limits),
        Format::Csv(mapping) => csv::read(&mut window, mapping, limits),
        Format::Auto => match format::guess(&mut window)? {
            format::Guess::Xes => xes::read(&mut window, limits),
            format::Guess::Csv => csv::read(&mut window, &Mapping::default(), limits),
        },
    }
}
