use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use sqlx::postgres::PgConnectOptions;

use super::SUPERUSER;
use super::config::ClusterConfig;
use super::layout::Layout;
use super::pid_file::PidFile;
use super::postmaster::Lifetime;
use super::processes::{self, Kind};
use super::site::connect_options;
use super::start::bring_up;
use super::start_error::StartError;
use super::stop::{Shutdown, StopError};

const POLL: Duration = Duration::from_millis(10);

/// A cluster that outlives whoever started it: the one that tests share. The service itself uses
/// [`super::Cluster`].
#[derive(Debug, Clone)]
pub struct Detached {
    layout: Layout,
    name: String,
    uid: u32,
    pid: u32,
}

/// Starts a cluster that goes on after this process.
pub async fn start_detached(config: &ClusterConfig) -> Result<Detached, StartError> {
    let started = bring_up(config, Lifetime::Detached).await?;
    Ok(Detached {
        layout: started.site.layout.clone(),
        name: started.site.name.clone(),
        uid: started.site.account.uid,
        pid: started.postmaster.pid(),
    })
}

/// The detached cluster that runs and is ready in `data_dir`, if one does.
pub fn find_detached(data_dir: &Path) -> Option<Detached> {
    let layout = Layout::new(data_dir).ok()?;
    let file = PidFile::read(&layout.pgdata()).filter(PidFile::is_ready)?;
    let uid = layout.pgdata_owner().ok().flatten()?;
    let name = processes::cluster_name(&layout.root).ok()?;
    let found = Detached {
        layout,
        name,
        uid,
        pid: file.pid,
    };
    found.is_running().then_some(found)
}

impl Detached {
    /// How the superuser connects; see [`super::Cluster::superuser_options`].
    pub fn superuser_options(&self) -> PgConnectOptions {
        self.options_for(SUPERUSER)
    }

    /// How `role` connects, to which its password and database are to be added.
    pub fn options_for(&self, role: &str) -> PgConnectOptions {
        connect_options(&self.layout, role)
    }

    /// The directory of the socket, for `host=` in a URL.
    pub fn socket_directory(&self) -> PathBuf {
        self.layout.run()
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Stops it: fast, or after `limit` by cutting everything off.
    pub async fn stop(self, limit: Duration) -> Result<Shutdown, StopError> {
        for (signal, limit, outcome) in [
            (Signal::INT, limit, Shutdown::Fast),
            (Signal::QUIT, Duration::from_secs(10), Shutdown::Immediate),
        ] {
            let since = Instant::now();
            self.signal(signal);
            while since.elapsed() < limit {
                if !self.is_running() {
                    return Ok(outcome);
                }
                tokio::time::sleep(POLL).await;
            }
        }
        Err(StopError::Stuck { pid: self.pid })
    }

    fn is_running(&self) -> bool {
        processes::kind_of(self.pid, &self.name, self.uid) == Some(Kind::Detached)
            || processes::is_ending(self.pid, self.uid)
    }

    /// The process is looked at right before: the number may have been given to another one.
    fn signal(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw)
            && self.is_running()
        {
            let _ = kill_process(pid, signal);
        }
    }
}
