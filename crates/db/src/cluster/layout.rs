use std::fs::{self, DirBuilder, Metadata, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::PORT;
use super::account::Account;
use super::start_error::StartError;

/// `sun_path` holds 108 bytes with its closing zero (unix(7)).
const LONGEST_SOCKET_PATH_BYTES: usize = 107;

/// Where everything lies in the data directory.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) root: PathBuf,
}

impl Layout {
    /// The layout below `data_dir`, refused before anything is touched if its socket could not work.
    pub(super) fn new(data_dir: &Path) -> Result<Self, StartError> {
        let root = std::path::absolute(data_dir).map_err(StartError::io("resolve", data_dir))?;
        let layout = Self { root };
        let socket = layout.socket();
        let bytes = socket.as_os_str().len();
        if bytes > LONGEST_SOCKET_PATH_BYTES {
            return Err(StartError::SocketPathTooLong {
                path: socket,
                bytes,
            });
        }
        if layout
            .root
            .to_str()
            .is_none_or(|text| text.contains(char::is_control))
        {
            return Err(layout.unsafe_root("has a name that is not plain text: rename it".into()));
        }
        Ok(layout)
    }

    pub(super) fn pgdata(&self) -> PathBuf {
        self.root.join("pgdata")
    }

    pub(super) fn run(&self) -> PathBuf {
        self.root.join("run")
    }

    pub(super) fn conf(&self) -> PathBuf {
        self.root.join("conf")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.join("log").join("postgres.log")
    }

    pub(super) fn lock_file(&self) -> PathBuf {
        self.root.join("cluster.lock")
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.run().join(format!(".s.PGSQL.{PORT}"))
    }

    /// Makes the data directory if it is missing, and checks that nobody else may write into it.
    pub(super) fn claim_root(&self) -> Result<(), StartError> {
        fs::create_dir_all(&self.root).map_err(StartError::io("make", &self.root))?;
        let found = fs::metadata(&self.root).map_err(StartError::io("read", &self.root))?;
        let own = rustix::process::geteuid().as_raw();
        if found.uid() != own {
            return Err(self.unsafe_root(format!(
                "belongs to user id {}, but this process runs as {own}: start it as the owner, or \
                 choose another data directory",
                found.uid()
            )));
        }
        if found.mode() & 0o022 != 0 {
            return Err(self.unsafe_root("can be written by others: chmod go-w it".into()));
        }
        Ok(())
    }

    /// Makes the directories that are not PostgreSQL's own, with their owners and modes.
    ///
    /// Started as root, the service's processes run under several users, so the socket must be
    /// reachable by all: `run` is 0711 and the socket 0777, and what protects the database is
    /// `pg_hba.conf` (SCRAM for every role, `peer` for the superuser), as it is for a database on a
    /// network, only that the peers are the machine's own users. A shared group would keep other
    /// local users from knocking, but would have to be made by an installer on each machine.
    /// Started by an ordinary user, nobody can change users, so all of it is 0700.
    pub(super) fn prepare(&self, account: &Account) -> Result<(), StartError> {
        let traversable = if account.switched { 0o711 } else { 0o700 };
        set_mode(&self.root, traversable)?;
        // The cluster's user reads its configuration, and must not write it: see the module's head.
        make_directory(&self.conf(), if account.switched { 0o755 } else { 0o700 })?;
        make_directory(&self.root.join("log"), 0o700)?;
        make_directory(&self.run(), traversable)?;
        give(&self.run(), account)?;
        self.check_reachable(account)
    }

    /// The owner of an existing `pgdata`, after checking its mode as PostgreSQL does.
    pub(super) fn pgdata_owner(&self) -> Result<Option<u32>, StartError> {
        let path = self.pgdata();
        let found = match fs::symlink_metadata(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StartError::io("read", &path)(error)),
        };
        check_pgdata(&path, &found).map(|()| Some(found.uid()))
    }

    fn check_reachable(&self, account: &Account) -> Result<(), StartError> {
        if !account.switched {
            return Ok(());
        }
        let real = self
            .root
            .canonicalize()
            .map_err(StartError::io("resolve", &self.root))?;
        for directory in real.ancestors() {
            let found = fs::metadata(directory).map_err(StartError::io("read", directory))?;
            if !may_pass(&found, account) {
                let (path, user) = (directory.to_path_buf(), account.name.clone());
                return Err(StartError::Unreachable { path, user });
            }
        }
        Ok(())
    }

    fn unsafe_root(&self, problem: String) -> StartError {
        StartError::UnsafeDirectory {
            path: self.root.clone(),
            problem,
        }
    }
}

fn check_pgdata(path: &Path, found: &Metadata) -> Result<(), StartError> {
    let problem = if !found.is_dir() {
        "is not a directory".to_owned()
    } else if rustix::process::geteuid().is_root() && found.uid() == 0 {
        "belongs to root, and the database never runs as root: chown -R it to `postgres`".to_owned()
    } else if found.mode() & 0o027 != 0 {
        format!("has mode {:04o}: chmod it to 0700", found.mode() & 0o7777)
    } else {
        return Ok(());
    };
    Err(StartError::UnsafeDirectory {
        path: path.to_path_buf(),
        problem,
    })
}

/// Whether the mode bits let `account` search the directory. Access control lists can only be
/// narrower or wider in ways that an administrator chose: then the server's own error tells.
fn may_pass(directory: &Metadata, account: &Account) -> bool {
    let shift = if directory.uid() == account.uid {
        6
    } else if directory.gid() == account.gid {
        3
    } else {
        0
    };
    directory.mode() >> shift & 1 == 1
}

fn make_directory(path: &Path, mode: u32) -> Result<(), StartError> {
    match DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            return Err(StartError::io("make", path)(error));
        }
        _ => {}
    }
    set_mode(path, mode)
}

fn set_mode(path: &Path, mode: u32) -> Result<(), StartError> {
    fs::set_permissions(path, Permissions::from_mode(mode))
        .map_err(StartError::io("set the mode of", path))
}

/// Hands a directory to the cluster's user.
pub(super) fn give(path: &Path, account: &Account) -> Result<(), StartError> {
    if !account.switched {
        return Ok(());
    }
    std::os::unix::fs::lchown(path, Some(account.uid), Some(account.gid))
        .map_err(StartError::io("change the owner of", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_path_longer_than_the_kernel_takes_is_refused_before_anything_is_made() {
        // "/run/.s.PGSQL.5432" has 18 bytes.
        let longest = format!("/{}", "d".repeat(107 - 18 - 1));
        assert!(Layout::new(Path::new(&longest)).is_ok());
        match Layout::new(Path::new(&format!("{longest}d"))) {
            Err(StartError::SocketPathTooLong { bytes, .. }) => assert_eq!(bytes, 108),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_directory_name_cannot_break_out_of_a_setting() {
        assert!(Layout::new(Path::new("/tmp/a\nlisten_addresses='*'")).is_err());
    }
}
