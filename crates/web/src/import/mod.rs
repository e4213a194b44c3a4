//! Imports: a file that is coming in becomes an event log, whole or not at all.
//!
//! The file is read while it arrives and is kept nowhere; memory is bounded by the log's columns.

mod places;
mod reading;
mod start;

pub(crate) use places::Places;
pub(crate) use start::start;
