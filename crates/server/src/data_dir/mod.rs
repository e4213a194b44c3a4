//! Where a server keeps its things.
//!
//! ```text
//! data_dir/            owned by whoever starts it
//!   lock               held (flock) by the one that runs here
//!   server.secret      32 random bytes: logins of the database, the cookie key and the name of a
//!                      new audit log come from it
//!   cluster/           the embedded PostgreSQL (db::cluster)
//!   broker/            the broker's own folder: master.key, files
//!   run/               sockets, and instance.json for `countersign verify`
//! ```
//! Started as root, `broker/` belongs to the broker's user and everything else to root; the
//! processes come in through the modes of single files.

mod files_folder;
mod key_file;
mod lock;
mod secret;
mod users;

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

pub(crate) use files_folder::make_files_folder;
pub(crate) use key_file::hand_over;
pub(crate) use lock::Lock;
pub(crate) use secret::{Login, LostSecret, ServerSecret};
pub(crate) use users::Users;

/// Why the data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DataDirError {
    #[error("another countersign (process {pid}) runs on {path}: stop it first, or choose another --data-dir", path = path.display())]
    Running { path: PathBuf, pid: String },
    #[error("{path} belongs to user id {owner}: start as that user, or choose another --data-dir", path = path.display())]
    Owner { path: PathBuf, owner: u32 },
    #[error("{path} holds something that is no file of this server: name an empty folder, or the one that its files are in", path = path.display())]
    FilesForeign { path: PathBuf },
    #[error("{path} is a link or a file: name the folder itself", path = path.display())]
    NoFolder { path: PathBuf },
    #[error("{path} holds files and belongs to user id {found}: name an empty folder, or run chown -R {owner} on it where these are the files of this server", path = path.display())]
    FilesOwner {
        path: PathBuf,
        found: u32,
        owner: u32,
    },
    #[error("{path} can be written by others: run chmod go-w on it", path = path.display())]
    Open { path: PathBuf },
    #[error("{path} does not hold what it should: put it back from your copy", path = path.display())]
    Malformed { path: PathBuf },
    #[error(
        "{path} is missing, and there is a database. Put the file back from your copy. If there is none, start once with countersign up --new-secret: everybody has to sign in again, and nothing else is lost",
        path = path.display()
    )]
    SecretLost { path: PathBuf },
    #[error("cannot {doing} {path}", path = path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// The data directory of one server.
#[derive(Debug, Clone)]
pub(crate) struct DataDir {
    root: PathBuf,
}

impl DataDir {
    /// The paths below `root`. Touches nothing.
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// Makes what is missing, with owners and modes, and takes the lock.
    pub(crate) fn prepare(&self, users: Option<&Users>) -> Result<Lock, DataDirError> {
        fs::create_dir_all(&self.root).map_err(io_error("make", &self.root))?;
        let found = fs::metadata(&self.root).map_err(io_error("read", &self.root))?;
        if found.uid() != rustix::process::geteuid().as_raw() {
            return Err(DataDirError::Owner {
                path: self.root.clone(),
                owner: found.uid(),
            });
        }
        if found.mode() & 0o022 != 0 {
            return Err(DataDirError::Open {
                path: self.root.clone(),
            });
        }
        let lock = Lock::take(&self.root)?;
        // Root's children are other users, who pass through to what is theirs.
        let passable = if users.is_some() { 0o711 } else { 0o700 };
        set_mode(&self.root, passable)?;
        make_directory(&self.run(), passable)?;
        make_directory(&self.broker(), 0o700)?;
        if let Some(users) = users {
            let owner = Some(users.broker);
            std::os::unix::fs::lchown(self.broker(), owner, owner)
                .map_err(io_error("change the owner of", &self.broker()))?;
        }
        Ok(lock)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn cluster(&self) -> PathBuf {
        self.root.join("cluster")
    }

    /// Whether an embedded database was made here.
    pub(crate) fn has_cluster(&self) -> bool {
        self.cluster().exists()
    }

    pub(crate) fn run(&self) -> PathBuf {
        self.root.join("run")
    }

    pub(crate) fn broker(&self) -> PathBuf {
        self.root.join("broker")
    }

    pub(crate) fn secret_file(&self) -> PathBuf {
        self.root.join("server.secret")
    }

    pub(crate) fn broker_socket(&self) -> PathBuf {
        self.run().join("broker.sock")
    }

    pub(crate) fn front_socket(&self) -> PathBuf {
        self.run().join("front.sock")
    }

    /// The folder of the socket by which this server's processes reach a remote database.
    pub(crate) fn relay(&self) -> PathBuf {
        self.run().join("database")
    }

    pub(crate) fn instance_file(&self) -> PathBuf {
        self.run().join("instance.json")
    }
}

/// Makes a folder with a mode that does not depend on the umask.
pub(crate) fn make_directory(path: &Path, mode: u32) -> Result<(), DataDirError> {
    match DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(io_error("make", path)(error));
        }
        _ => {}
    }
    set_mode(path, mode)
}

fn set_mode(path: &Path, mode: u32) -> Result<(), DataDirError> {
    fs::set_permissions(path, Permissions::from_mode(mode))
        .map_err(io_error("set the mode of", path))
}

pub(crate) fn io_error(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DataDirError {
    let path = path.to_owned();
    move |source| DataDirError::Io {
        doing,
        path,
        source,
    }
}
