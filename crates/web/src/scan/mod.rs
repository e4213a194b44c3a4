//! Scans: a connection's declared reads, page by page through the broker, into an event log.

mod collect;
mod run;
mod start;

pub(crate) use run::run_jobs;
pub(crate) use start::{StartScanError, lacking, start_scan};
