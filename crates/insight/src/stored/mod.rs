//! Event logs in the database: narrow rows, their names, and the statistics made of them.

mod alive;
mod create;
mod fail;
mod list;
mod progress;
mod remove;
mod save;

pub use alive::{note_alive, sweep};
pub use create::{NewLog, NewLogError, Source, create_log};
pub use fail::fail_log;
pub use list::{Highlight, LogState, StoredLog, highlights, log, logs};
pub use progress::note_progress;
pub use remove::remove_log;
pub use save::{SaveError, save_log};
