//! The embedded private PostgreSQL cluster.
//!
//! Promises:
//! 1. It listens on no TCP port, whatever anybody writes into its configuration (ED-04).
//! 2. It never runs as root: started as root, it becomes an unprivileged user before exec.
//! 3. Its superuser is reached by `peer` alone, from the operating system users that run it;
//!    every other role needs a password (SCRAM-SHA-256); everything else is rejected. Once a start
//!    is done, [`Cluster::close_superuser`] takes even that away.
//! 4. SQL text and parameters never reach its log (SH-03).
//! 5. It ends with the process that started it, and comes back from `kill -9` of everything.
//! 6. One data directory serves one instance: a second start is refused with the first one's pid.
//!
//! # On disk
//! ```text
//! data_dir/           owned by whoever starts it (root stays the owner)
//!   cluster.lock      held (flock) by the instance that runs here
//!   conf/             written at each start; not writable by the cluster's own user, if root starts it
//!   log/              postgres.log of this start, .1 to .5 of earlier ones
//!   pgdata/           PostgreSQL's data directory, of the cluster's user, 0700
//!   run/              the socket, of the cluster's user
//! ```
//! Root stays the owner of `data_dir` so that a taken-over database cannot put a symlink where
//! root writes next, nor loosen `pg_hba.conf` for the next start.

mod account;
mod binaries;
mod config;
mod detached;
mod files;
mod initialise;
mod instance;
mod layout;
mod leftovers;
mod lock;
mod log_file;
mod log_pipe;
mod pid_file;
mod postmaster;
mod processes;
mod ready;
mod settings;
mod site;
mod start;
mod start_error;
mod stop;
mod superuser;
mod version;

pub use config::{ClusterConfig, Durability, Progress};
pub use detached::{Detached, find_detached, start_detached};
pub use instance::Cluster;
pub use start_error::StartError;
pub use stop::{Shutdown, StopError};
pub use version::{VersionError, check_version, known_hole};

/// The bootstrap superuser's role.
pub const SUPERUSER: &str = "postgres";

/// The number in the socket's file name. No port is opened: PostgreSQL only names the file by it.
const PORT: u16 = 5432;
