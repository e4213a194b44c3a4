//! The state, in memory and on disk. Promise: readers see whole states only, and a state is on disk
//! before anybody sees it.

mod file;
mod state;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use file::DataFile;
pub(crate) use file::FileError;
pub(crate) use state::{Replayable, State};

/// The one owner of the state.
#[derive(Debug)]
pub(crate) struct Store {
    current: RwLock<Arc<State>>,
    /// One writer at a time; none without a file.
    file: Mutex<Option<DataFile>>,
}

/// A change was not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    #[error("the state cannot be saved")]
    File(#[from] FileError),
    #[error("the change was interrupted")]
    Interrupted(#[from] tokio::task::JoinError),
}

impl Store {
    /// Opens the data file, or starts from `new` where there is none yet.
    pub(crate) fn open(
        path: Option<&Path>,
        new: impl FnOnce() -> State,
    ) -> Result<Self, FileError> {
        let (file, state) = match path {
            None => (None, new()),
            Some(path) => {
                let file = DataFile::open(path)?;
                let state = if let Some(saved) = file.load()? {
                    saved
                } else {
                    let state = new();
                    file.save(&state)?;
                    state
                };
                (Some(file), state)
            }
        };
        Ok(Self {
            current: RwLock::new(Arc::new(state)),
            file: Mutex::new(file),
        })
    }

    /// The state as it is now. It does not change under the reader.
    pub(crate) fn read(&self) -> Arc<State> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the state, saves it, then shows it.
    ///
    /// # Errors
    /// [`WriteError`]: nothing has changed.
    pub(crate) async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut State) -> T + Send + 'static,
    ) -> Result<T, WriteError> {
        let store = Arc::clone(self);
        tokio::task::spawn_blocking(move || store.write_now(change))
            .await?
            .map_err(Into::into)
    }

    fn write_now<T>(&self, change: impl FnOnce(&mut State) -> T) -> Result<T, FileError> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // On a copy: a change that fails half-way or cannot be saved leaves no trace. The copy is
        // about a megabyte, and changes are rare.
        let mut next = State::clone(&self.read());
        let out = change(&mut next);
        if let Some(file) = file.as_ref() {
            file.save(&next)?;
        }
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(out)
    }
}
