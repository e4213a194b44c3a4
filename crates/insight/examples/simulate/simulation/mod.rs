//! A help desk that does not exist: nine months of tickets, drawn from a fixed seed.
//!
//! What happens and where it waits is decided in [`desk`]: one specialist is too few until a second
//! one comes in June, changes wait for a board that meets twice a week, requesters answer when they
//! like, and a timer closes what was resolved five days ago.

mod calendar;
mod desk;
mod dice;
mod write;

pub(crate) use desk::{Happened, run};
pub(crate) use write::xes;
