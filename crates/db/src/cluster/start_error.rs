use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use super::version::VersionError;

/// Why a cluster did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// PostgreSQL is not installed, or not where it was said to be.
    #[error(
        "no PostgreSQL was found in {searched}: install it (on Debian: apt-get install postgresql) \
         or name the directory that holds `postgres` and `initdb`"
    )]
    NoBinaries {
        /// Where it was looked for.
        searched: String,
    },
    /// The only PostgreSQL that was found may not be used.
    #[error("the PostgreSQL in {directory} cannot be used")]
    Version {
        /// Its directory.
        directory: PathBuf,
        /// Why not.
        #[source]
        source: VersionError,
    },
    /// The data were written by another major version than the installed ones.
    #[error(
        "the data in {path} are of PostgreSQL {data}, but only {installed} is installed: install \
         PostgreSQL {data}, or move the data with pg_upgrade"
    )]
    DataVersion {
        /// The data directory.
        path: PathBuf,
        /// The major version of the data.
        data: i32,
        /// The major versions installed.
        installed: String,
    },
    /// `setpriv`, which ties the server to its parent, is missing.
    #[error("setpriv was not found: install util-linux")]
    NoSetpriv,
    /// Started as root where there is no unprivileged user to become.
    #[error(
        "started as root, and there is neither a user `postgres` nor `nobody` to run the database as"
    )]
    NoUnprivilegedUser,
    /// The user identifier has no name, which `initdb` and `peer` need.
    #[error("the user id {uid} has no name: add it to /etc/passwd")]
    UserWithoutName {
        /// The nameless identifier.
        uid: u32,
    },
    /// The socket's path would not fit into the kernel's address structure.
    #[error(
        "the socket path {path} has {bytes} bytes, and the system's limit is 107: choose a shorter \
         data directory"
    )]
    SocketPathTooLong {
        /// The path of the socket.
        path: PathBuf,
        /// Its length.
        bytes: usize,
    },
    /// The data directory's place, owner or mode is not safe.
    #[error("{path} {problem}")]
    UnsafeDirectory {
        /// The directory.
        path: PathBuf,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// The unprivileged user cannot get to the data directory.
    #[error(
        "the database runs as user `{user}`, who may not pass through {path}: choose a data \
         directory elsewhere, or allow it by: chmod o+x {path}"
    )]
    Unreachable {
        /// The directory in the way.
        path: PathBuf,
        /// Who the database runs as.
        user: String,
    },
    /// Another instance of the service runs on this data directory.
    #[error("another instance (process {pid}) runs on {path}: stop it first")]
    AlreadyRunning {
        /// The data directory.
        path: PathBuf,
        /// The process that holds the lock, as it wrote into it; `?` if it did not get to that.
        pid: String,
    },
    /// A database server that is not ours to stop runs on this data directory.
    #[error("a PostgreSQL server (process {pid}) runs on {path}: stop it first")]
    Occupied {
        /// PostgreSQL's data directory.
        path: PathBuf,
        /// The server, or one of its processes.
        pid: u32,
    },
    /// No space is left.
    #[error("no space is left on the file system of {path}")]
    DiskFull {
        /// Where space ran out.
        path: PathBuf,
    },
    /// `initdb` failed.
    #[error("the database cluster could not be made; initdb said:\n{output}")]
    Initdb {
        /// The last lines of its output.
        output: String,
    },
    /// The server ended before it was ready.
    #[error("the database server ended while starting ({status}); the end of {log}:\n{tail}")]
    Exited {
        /// How it ended.
        status: ExitStatus,
        /// The whole log.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// The server neither became ready nor wrote anything for too long.
    #[error("the database server has been silent for {} s; the end of {log}:\n{tail}", limit.as_secs())]
    Silent {
        /// How long it was silent.
        limit: Duration,
        /// The whole log.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// The server is ready, and refuses the superuser.
    #[error("the database server is ready, but does not take the superuser's connection")]
    Refused(#[source] sqlx::Error),
    /// The server goes on letting the superuser in.
    #[error("the database server does not close the superuser's login: stop it, and start again")]
    SuperuserOpen,
    /// The system refused something else.
    #[error("cannot {doing} {path}")]
    Io {
        /// What was tried: a verb.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
}

impl StartError {
    /// A mapper for an operation on `path`, which tells a full disk from everything else.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Io {
                doing,
                path,
                source,
            },
        }
    }
}
