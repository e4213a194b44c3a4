use std::time::Duration;

use rustix::process::Signal;
use tokio::time::timeout;

use super::postmaster::Postmaster;

/// How long the server gets to cut everything off; PostgreSQL kills its own processes after five.
const IMMEDIATE_LIMIT: Duration = Duration::from_secs(10);

/// How a cluster stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutdown {
    /// Everything was written.
    Fast,
    /// It was cut off: the next start recovers from the log. Nothing that was committed is lost.
    Immediate,
}

/// Why a cluster did not stop.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// The process ignores even an immediate shutdown: it hangs in the system, on a disk perhaps.
    #[error("the database server (process {pid}) does not end")]
    Stuck {
        /// The server's process.
        pid: u32,
    },
}

/// SIGINT (fast shutdown), then SIGQUIT (immediate shutdown) after `limit`.
pub(super) async fn shut_down(
    postmaster: &Postmaster,
    limit: Duration,
) -> Result<Shutdown, StopError> {
    postmaster.signal(Signal::INT);
    if timeout(limit, postmaster.exited()).await.is_ok() {
        return Ok(Shutdown::Fast);
    }
    tracing::warn!(
        pid = postmaster.pid(),
        "db: the fast shutdown took too long, cutting off"
    );
    postmaster.signal(Signal::QUIT);
    match timeout(IMMEDIATE_LIMIT, postmaster.exited()).await {
        Ok(_) => Ok(Shutdown::Immediate),
        Err(_) => Err(StopError::Stuck {
            pid: postmaster.pid(),
        }),
    }
}
