//! The event log in memory: columns, and dictionaries for every repeated text.

mod builder;
mod event_log;
mod gather;
mod interner;
mod names;
mod notes;

pub use builder::{LogBuilder, Refusal};
pub use event_log::{Case, EventLog};
pub use names::Names;
pub use notes::ReadNotes;

pub(crate) use event_log::NO_RESOURCE;
