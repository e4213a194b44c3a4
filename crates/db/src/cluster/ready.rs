use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnection;
use sqlx::{ConnectOptions, Connection};

use super::SUPERUSER;
use super::config::{ClusterConfig, Progress};
use super::log_file::tail;
use super::pid_file::PidFile;
use super::postmaster::Postmaster;
use super::site::{Site, connect_options};
use super::start_error::StartError;

const POLL: Duration = Duration::from_millis(5);
/// For the one connection that proves the server; it has said that it is ready.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// Waits until the server says that it is ready, and answers the superuser through the socket.
pub(super) async fn wait(
    site: &Site,
    config: &ClusterConfig,
    postmaster: &Postmaster,
) -> Result<(), StartError> {
    let since = Instant::now();
    let mut watcher = Watcher::new(since);
    while !says_ready(site, postmaster) {
        if let Some(status) = postmaster.exit_status() {
            return Err(exited(site, status));
        }
        if watcher.silence(site, config) > config.silence_limit {
            return Err(silent(site, config.silence_limit));
        }
        // Ends early when the server does.
        let _ = tokio::time::timeout(POLL, postmaster.exited()).await;
    }
    answers(site).await?;
    (config.on_progress)(Progress::Ready {
        elapsed: since.elapsed(),
    });
    Ok(())
}

fn says_ready(site: &Site, postmaster: &Postmaster) -> bool {
    // A stale file of a dead server may say `ready` as well: the number must be our child's.
    PidFile::read(&site.layout.pgdata())
        .is_some_and(|file| file.pid == postmaster.pid() && file.is_ready())
}

async fn answers(site: &Site) -> Result<(), StartError> {
    let options = connect_options(&site.layout, SUPERUSER);
    let connect = async {
        let connection: PgConnection = options.connect().await?;
        connection.close().await
    };
    tokio::time::timeout(ANSWER_LIMIT, connect)
        .await
        .map_err(|_| silent(site, ANSWER_LIMIT))?
        .map_err(StartError::Refused)
}

fn silent(site: &Site, limit: Duration) -> StartError {
    let log = site.layout.log();
    StartError::Silent {
        limit,
        tail: tail(&log),
        log,
    }
}

fn exited(site: &Site, status: std::process::ExitStatus) -> StartError {
    let (log, path) = (site.layout.log(), site.layout.pgdata());
    let tail = tail(&log);
    // The log may lie on the same full disk, and then tells nothing.
    if tail.contains("No space left on device") || is_full(&path) {
        return StartError::DiskFull { path };
    }
    StartError::Exited { status, log, tail }
}

fn is_full(path: &Path) -> bool {
    // The server has given back what it had taken to start.
    const NOTHING_BYTES: u64 = 1024 * 1024;
    rustix::fs::statvfs(path)
        .is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) < NOTHING_BYTES)
}

/// Follows the log's growth: the server's sign of life.
struct Watcher {
    since: Instant,
    last_growth: Instant,
    length: u64,
    recovering: bool,
    told_seconds: Option<u64>,
}

impl Watcher {
    fn new(since: Instant) -> Self {
        Self {
            since,
            last_growth: since,
            length: 0,
            recovering: false,
            told_seconds: None,
        }
    }

    /// How long the log has not grown. Tells of recovery, once a second.
    fn silence(&mut self, site: &Site, config: &ClusterConfig) -> Duration {
        let log = site.layout.log();
        let length = std::fs::metadata(&log).map_or(0, |found| found.len());
        if length != self.length {
            self.length = length;
            self.last_growth = Instant::now();
            self.recovering =
                self.recovering || tail(&log).contains("automatic recovery in progress");
        }
        let elapsed = self.since.elapsed();
        if self.recovering && self.told_seconds != Some(elapsed.as_secs()) {
            self.told_seconds = Some(elapsed.as_secs());
            (config.on_progress)(Progress::Recovering { elapsed });
        }
        self.last_growth.elapsed()
    }
}
