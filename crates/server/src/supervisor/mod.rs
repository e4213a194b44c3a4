//! `countersign up`: brings the database up, opens the doors, starts the front and the broker, and
//! keeps all of it running until it is told to stop.
//!
//! Everything runs on one thread. The parent-death signal of a child fires when the *thread* that
//! started it ends, so that thread must live as long as the process.

mod announce;
mod backoff;
mod boot;
mod database;
mod doors;
mod instance;
mod keeper;
mod launch;
mod rounds;
mod start;
mod stop;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::config::Config;
use crate::data_dir::LostSecret;
use crate::exit::{Exit, Failure};
use crate::process;

pub(crate) use announce::Announce;
pub(crate) use boot::{mail_boot, read_manifests};
pub(crate) use instance::InstanceFile;

/// Runs a server until it is told to stop.
pub(crate) fn run(
    config: &Config,
    lost_secret: LostSecret,
    announce: Announce,
) -> Result<(), Failure> {
    process::harden().map_err(Failure::cannot_run)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(2)
        .enable_all()
        .build()
        .map_err(Failure::cannot_run)?;
    // Keepers share what they know without locks: all of them stay on this thread.
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(&runtime, serve(config, lost_secret, announce))
}

async fn serve(
    config: &Config,
    lost_secret: LostSecret,
    announce: Announce,
) -> Result<(), Failure> {
    let mut stop = Stop::listen().map_err(Failure::cannot_run)?;
    let started = tokio::select! {
        started = start::start(config, lost_secret) => started?,
        // Dropping what has been started so far stops it.
        () = stop.asked() => return Ok(()),
    };
    announce.ready(config, &started);
    let outcome = tokio::select! {
        () = stop.asked() => Ok(()),
        status = started.database_ended() => Err(database_ended(status)),
    };
    tracing::info!("server.stopping");
    tokio::select! {
        () = stop::stop(started) => {}
        // Asked twice: at once, whatever is under way.
        () = stop.asked() => tracing::warn!("server.stopped_at_once"),
    }
    outcome
}

fn database_ended(status: Option<std::process::ExitStatus>) -> Failure {
    let how = status.map_or_else(|| "?".to_owned(), |status| status.to_string());
    let chain = vec![format!(
        "the embedded database ended by itself ({how}): start again, it recovers"
    )];
    Failure {
        exit: Exit::CannotRun,
        chain,
    }
}

/// The signals that ask for a stop.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Stop {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}
