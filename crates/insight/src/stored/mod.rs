//! Event logs in the database: narrow rows, their names, and the statistics made of them.

mod alive;
mod append;
mod create;
mod fail;
mod list;
mod original;
mod progress;
mod publish;
mod read_back;
mod remove;
mod save;

pub use alive::{note_alive, sweep};
pub use append::{AppendError, GrowingLog, NewEvent};
pub use create::{NewLog, NewLogError, Source, create_log};
pub use fail::fail_log;
pub use list::{Highlight, LogState, StoredLog, highlights, log, logs};
pub use original::{Original, original};
pub use progress::note_progress;
pub use publish::{go_on, interrupt, publish};
pub use read_back::{ReadBackError, read_back};
pub use remove::remove_log;
pub use save::{SaveError, save_log};
