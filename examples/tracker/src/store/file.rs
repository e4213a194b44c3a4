use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::State;

/// A JSON file that is always whole: it is replaced, never written over.
#[derive(Debug)]
pub(super) struct DataFile {
    path: PathBuf,
    /// Held open for its lock: two trackers on one file would undo each other's changes.
    _lock: File,
}

/// Why the data file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("another tracker uses {0}")]
    InUse(PathBuf),
    #[error("{path} is not a tracker's data file (move it away to start anew)")]
    Malformed {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error("cannot use {path}")]
    Io { path: PathBuf, source: io::Error },
}

impl DataFile {
    /// Takes the file for this process. It need not exist yet; its folder must.
    pub(super) fn open(path: &Path) -> Result<Self, FileError> {
        let lock_path = beside(path, "lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&lock_path)
            .map_err(|source| FileError::Io {
                path: lock_path,
                source,
            })?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(FileError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(io_error(path)(source)),
        }
    }

    /// The saved state; none when nothing was saved yet.
    pub(super) fn load(&self) -> Result<Option<State>, FileError> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(io_error(&self.path)(source)),
        };
        serde_json::from_reader(BufReader::new(file))
            .map(Some)
            .map_err(|source| FileError::Malformed {
                path: self.path.clone(),
                source,
            })
    }

    /// Replaces the saved state: after a crash there is the old one or the new one, nothing else.
    pub(super) fn save(&self, state: &State) -> Result<(), FileError> {
        let new = beside(&self.path, "new");
        write_through(&new, state).map_err(io_error(&new))?;
        std::fs::rename(&new, &self.path).map_err(io_error(&self.path))?;
        let folder = self
            .path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))
            .and_then(|folder| folder.sync_all())
            .map_err(io_error(&self.path))
    }
}

/// Readable by its owner alone: titles and bodies are somebody's work.
fn write_through(path: &Path, state: &State) -> io::Result<()> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path)?;
    let mut writer = BufWriter::new(file);
    serde_json::to_writer(&mut writer, state)?;
    writer.flush()?;
    writer.get_ref().sync_all()
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> FileError + use<'_> {
    move |source| FileError::Io {
        path: path.to_owned(),
        source,
    }
}
