use std::fs::File;
use std::io;
use std::process::Stdio;

use super::config::{ClusterConfig, Progress};
use super::layout::Layout;
use super::lock::Lock;
use super::log_pipe::LogPipe;
use super::postmaster::{Held, Lifetime, Postmaster, command};
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
    let (log, output) = log_file::rotate(&path)
        .and_then(|file| connect(file, lifetime))
        .map_err(StartError::io("open", &path))?;
    (config.on_progress)(Progress::Starting);
    let command = command(&site, config.durability, lifetime, output);
    let postmaster = Postmaster::launch(command, Held { lock, log })
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

/// Where the server's output goes. A detached one outlives us, who would read its pipe: it writes
/// the file itself.
fn connect(file: File, lifetime: Lifetime) -> io::Result<(Option<LogPipe>, [Stdio; 2])> {
    match lifetime {
        Lifetime::WithParent => LogPipe::open(file).map(|(pipe, output)| (Some(pipe), output)),
        Lifetime::Detached => Ok((None, [file.try_clone()?.into(), file.into()])),
    }
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
