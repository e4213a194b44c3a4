//! Scans: a connection's declared reads, page by page through the broker, into an event log. Each page is kept with
//! the place where the next one is: a scan goes on where it was interrupted, and another round reads what is new.

mod end;
mod error;
mod go_on;
mod page;
mod plan;
mod run;
mod start;

pub(crate) use go_on::{GoOnError, go_on, repeat};
pub(crate) use run::run_jobs;
pub(crate) use start::{StartScanError, lacking, start_scan};
