use super::config::{ClusterConfig, Progress};
use super::layout::Layout;
use super::lock::Lock;
use super::postmaster::{Lifetime, Postmaster, command};
use super::site::Site;
use super::start_error::StartError;
use super::{initialise, leftovers, log_file, ready, settings};

/// Brings a server up: the steps that both lifetimes share.
pub(super) async fn bring_up(
    config: &ClusterConfig,
    lifetime: Lifetime,
) -> Result<Started, StartError> {
    let layout = Layout::new(&config.data_dir)?;
    layout.claim_root()?;
    let lock = Lock::take(&layout)?;
    let site = Site::settle(layout, config).await?;
    leftovers::clear(&site, config).await?;
    initialise::initialise(&site, config).await?;
    settings::write_files(&site, config)?;

    let path = site.layout.log();
    let log = log_file::rotate(&path).map_err(StartError::io("open", &path))?;
    let command =
        command(&site, config.durability, lifetime, &log).map_err(StartError::io("open", &path))?;
    (config.on_progress)(Progress::Starting);
    let postmaster = Postmaster::launch(command, lock)
        .await
        .map_err(StartError::io("run", &site.binaries.program("postgres")))?;

    // From here on, an early return or a dropped future must stop what was launched.
    let mut started = Started {
        site,
        postmaster,
        keep: false,
    };
    ready::wait(&started.site, config, &started.postmaster).await?;
    started.keep = true;
    Ok(started)
}

/// A server that was launched. Stopped when dropped, until it is ready.
pub(super) struct Started {
    pub(super) site: Site,
    pub(super) postmaster: Postmaster,
    keep: bool,
}

impl Drop for Started {
    fn drop(&mut self) {
        if !self.keep {
            self.postmaster.signal(rustix::process::Signal::INT);
        }
    }
}
