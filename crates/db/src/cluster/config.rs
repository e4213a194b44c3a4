use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What a cluster is started with.
#[derive(Clone)]
pub struct ClusterConfig {
    /// The directory that belongs to the cluster alone; made when it is missing.
    pub data_dir: PathBuf,
    /// The directory of `postgres` and `initdb`; looked for when not given.
    pub binaries: Option<PathBuf>,
    /// Whether a commit survives a power cut.
    pub durability: Durability,
    /// How many connections the server takes. `ALTER SYSTEM` overrides it.
    pub max_connections: u16,
    /// How long a start may go on without a new line in the server's log. Not a limit of the whole
    /// start: crash recovery takes as long as it takes, and tells of its progress every second.
    pub silence_limit: Duration,
    /// How long a fast shutdown may take before connections are cut off without a checkpoint.
    pub stop_limit: Duration,
    /// Told of each step of a start.
    pub on_progress: Arc<dyn Fn(Progress) + Send + Sync>,
}

/// Whether a commit survives a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// `fsync` is on.
    Durable,
    /// `fsync` is off: for tests only, a power cut leaves garbage.
    Volatile,
}

/// A step of a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Waiting for the end of a server that a killed instance left behind.
    WaitingForPrevious {
        /// The process waited for.
        pid: u32,
    },
    /// Making a new cluster.
    Initialising,
    /// The server was launched.
    Starting,
    /// The server repairs itself after a crash.
    Recovering {
        /// Time since the launch.
        elapsed: Duration,
    },
    /// The server answers.
    Ready {
        /// Time since the launch.
        elapsed: Duration,
    },
}

impl ClusterConfig {
    /// A durable cluster in `data_dir`, with limits for a small server.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            binaries: None,
            durability: Durability::Durable,
            max_connections: 60,
            silence_limit: Duration::from_mins(1),
            stop_limit: Duration::from_secs(30),
            on_progress: Arc::new(|_| {}),
        }
    }

    /// The same, telling `listener` of each step.
    #[must_use]
    pub fn on_progress(mut self, listener: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.on_progress = Arc::new(listener);
        self
    }
}

impl fmt::Debug for ClusterConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterConfig")
            .field("data_dir", &self.data_dir)
            .field("binaries", &self.binaries)
            .field("durability", &self.durability)
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}
