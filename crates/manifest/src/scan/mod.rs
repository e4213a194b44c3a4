//! Scans as data: which operations to call, and how their answers become an event log.

mod events;
mod extract;
mod parse_events;
mod steps;
mod template;

pub use events::EventMapping;
pub use extract::{Extracted, ScanEvent};
pub(crate) use parse_events::parse_events;
pub(crate) use steps::parse_scan;
pub use steps::{ForEach, Scan, ScanStep};
