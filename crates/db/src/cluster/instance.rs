use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use sqlx::postgres::PgConnectOptions;

use super::SUPERUSER;
use super::config::ClusterConfig;
use super::postmaster::{Lifetime, Postmaster};
use super::site::{Site, connect_options};
use super::start::bring_up;
use super::start_error::StartError;
use super::stop::{Shutdown, StopError, shut_down};
use super::superuser;

/// How long dropping waits for a fast shutdown.
const DROP_LIMIT: Duration = Duration::from_secs(3);

/// A running private cluster. It stops when this process ends, in whatever way.
#[derive(Debug)]
pub struct Cluster {
    site: Site,
    postmaster: Postmaster,
    stop_limit: Duration,
}

impl Cluster {
    /// Starts the cluster in `config.data_dir`, making it on first start, repairing it after a
    /// crash, and returns when it answers.
    pub async fn start(config: ClusterConfig) -> Result<Self, StartError> {
        let started = bring_up(&config, Lifetime::WithParent).await?;
        let (site, postmaster) = (started.site.clone(), started.postmaster.clone());
        tracing::info!(
            pid = postmaster.pid(),
            version = site.binaries.version,
            user = site.account.name,
            "db: the embedded cluster is ready"
        );
        Ok(Self {
            site,
            postmaster,
            stop_limit: config.stop_limit,
        })
    }

    /// How the superuser connects. Works for the operating system user that started the cluster
    /// and for the one it runs as; for nobody else.
    pub fn superuser_options(&self) -> PgConnectOptions {
        self.options_for(SUPERUSER)
    }

    /// How `role` connects, to which its password and database are to be added.
    pub fn options_for(&self, role: &str) -> PgConnectOptions {
        connect_options(&self.site.layout, role)
    }

    /// The directory of the socket, for `host=` in a URL.
    pub fn socket_directory(&self) -> PathBuf {
        self.site.layout.run()
    }

    /// The server's log of this start.
    pub fn log_file(&self) -> PathBuf {
        self.site.layout.log()
    }

    /// Where the programs are: `pg_dump` and the like.
    pub fn binaries(&self) -> &Path {
        &self.site.binaries.directory
    }

    /// As `server_version_num`: 150018 is 15.18.
    pub fn version(&self) -> i32 {
        self.site.binaries.version
    }

    /// The operating system user that the server runs as.
    pub fn os_user(&self) -> &str {
        &self.site.account.name
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.postmaster.pid()
    }

    /// Lets nobody in as the superuser until the next start, where the processes of the service are
    /// not kept apart by their users: where an ordinary user started it. Does nothing where root did.
    pub async fn close_superuser(&self) -> Result<(), StartError> {
        if self.site.account.switched {
            return Ok(());
        }
        superuser::close(&self.site, &self.postmaster).await
    }

    /// Waits for the server's end, which nobody asked for if `stop` was not called.
    /// `None` if how it ended can no longer be told.
    pub async fn exited(&self) -> Option<ExitStatus> {
        self.postmaster.exited().await
    }

    /// Stops the cluster: open transactions are rolled back and everything is written, or, after
    /// `stop_limit`, everything is cut off and the next start recovers.
    pub async fn stop(self) -> Result<Shutdown, StopError> {
        shut_down(&self.postmaster, self.stop_limit).await
    }
}

/// A best effort for early returns and panics: blocks for at most three seconds. Call
/// [`Cluster::stop`] to know.
impl Drop for Cluster {
    fn drop(&mut self) {
        self.postmaster.signal(Signal::INT);
        let since = Instant::now();
        while self.postmaster.exit_status().is_none() {
            if since.elapsed() > DROP_LIMIT {
                self.postmaster.signal(Signal::QUIT);
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
