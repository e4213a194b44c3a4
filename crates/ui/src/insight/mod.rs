//! Event logs and what they show.

mod import;
mod log;
mod logs;

pub use import::{Import, ImportProblem, ImportState, ImportStatus};
pub use log::{Bottleneck, BottleneckKind, DetailLink, Log, Original, Totals, Variant};
pub use logs::{ImportForm, LogRow, LogState, Logs};
