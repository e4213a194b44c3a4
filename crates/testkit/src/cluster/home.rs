use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use db::cluster::{ClusterConfig, Detached, Durability, StartError, find_detached, start_detached};
use rustix::fs::{FlockOperation, flock};

/// How long another process's half-finished start or stop is waited for.
const PATIENCE: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(20);

/// Where the cluster may live, best first.
///
/// A clone can lie where the database's own user cannot pass (below /root) or too deep for a
/// socket: then it lives in /var/tmp, under a name that is this clone's and this user's.
fn homes() -> [PathBuf; 2] {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let target = target.canonicalize().unwrap_or(target);
    let (device, inode) = fs::metadata(&target).map_or((0, 0), |found| (found.dev(), found.ino()));
    let user = rustix::process::geteuid().as_raw();
    let elsewhere = format!("/var/tmp/countersign-test-{user}-{device:x}-{inode:x}");
    [target.join("test-cluster"), PathBuf::from(elsewhere)]
}

/// The cluster, if it runs.
pub(super) fn running() -> Option<Detached> {
    homes().iter().find_map(|home| find_detached(home))
}

/// The cluster, started if need be by exactly one of the processes that ask at once.
pub(super) async fn find_or_start() -> Result<Detached, StartError> {
    if let Some(found) = running() {
        return Ok(found);
    }
    let [first, second] = homes();
    match start_in(&first).await {
        Err(
            StartError::Unreachable { .. }
            | StartError::SocketPathTooLong { .. }
            | StartError::UnsafeDirectory { .. },
        ) => start_in(&second).await,
        other => other,
    }
}

async fn start_in(home: &Path) -> Result<Detached, StartError> {
    let _turn = take_turn(home);
    if let Some(found) = find_detached(home) {
        return Ok(found);
    }
    let since = Instant::now();
    let mut wiped = false;
    loop {
        match start_detached(&config(home)).await {
            Ok(started) => return Ok(started),
            // Left half-way by a killed test, or on its way out: it comes up or goes away.
            Err(StartError::Occupied { .. } | StartError::AlreadyRunning { .. })
                if since.elapsed() < PATIENCE =>
            {
                if let Some(found) = find_detached(home) {
                    return Ok(found);
                }
                tokio::time::sleep(POLL).await;
            }
            // It runs without fsync: after a power cut, or an update of PostgreSQL, what is left is
            // worth nothing.
            Err(StartError::Exited { .. } | StartError::DataVersion { .. }) if !wiped => {
                wiped = true;
                let _ = fs::remove_dir_all(home);
            }
            Err(error) => return Err(error),
        }
    }
}

fn config(home: &Path) -> ClusterConfig {
    let mut config = ClusterConfig::new(home);
    config.durability = Durability::Volatile;
    // Many tests at once, each with several processes' worth of pools.
    config.max_connections = 200;
    config
}

/// Blocks until no other test process is starting the cluster. Without the file (a read-only
/// target), the cluster's own lock still keeps two starts apart.
fn take_turn(home: &Path) -> Option<File> {
    let file = File::create(home.with_extension("lock")).ok()?;
    flock(&file, FlockOperation::LockExclusive).ok()?;
    Some(file)
}
