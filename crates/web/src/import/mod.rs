//! Imports: a file that is coming in becomes an event log, whole or not at all.
//!
//! The file is read while it arrives, and goes to the broker on the way, which keeps it sealed; memory is bounded by the
//! log's columns.

mod keep;
mod places;
mod reading;
mod start;

pub(crate) use places::Places;
pub(crate) use start::{Arriving, NotImported, fail, start};
