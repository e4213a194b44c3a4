use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval_at};

use crate::config::Config;

/// The first round runs soon after the start: a page without evidence shows nothing green.
const FIRST_AFTER: Duration = Duration::from_secs(5);
/// How often it is asked whether a daily control is due.
const ASK_DAILY: Duration = Duration::from_mins(10);

/// Has the controls run by themselves, each round as a process of its own. Dropping it ends the rounds
/// that are under way.
#[derive(Debug)]
pub(super) struct Rounds {
    tasks: [JoinHandle<()>; 2],
}

impl Rounds {
    pub(super) fn start(config: &Config) -> Option<Self> {
        let every = config.verify_every?;
        let first = FIRST_AFTER.min(every);
        // On its own, so that the other controls do not wait for what reads everything.
        let daily = repeat(config, "daily", first * 2, every.max(ASK_DAILY));
        Some(Self {
            tasks: [repeat(config, "often", first, every), daily],
        })
    }
}

impl Drop for Rounds {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

fn repeat(config: &Config, name: &'static str, first: Duration, every: Duration) -> JoinHandle<()> {
    let data_dir = config.data_dir.clone();
    tokio::task::spawn_local(async move {
        let mut ticks = interval_at(tokio::time::Instant::now() + first, every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let mut command = Command::new("/proc/self/exe");
            // The data directory says all that a round has to know: no configuration is read.
            command
                .arg0("countersign")
                .args(["verify", "--round", name, "--data-dir"])
                .arg(&data_dir);
            round(command, name).await;
        }
    })
}

async fn round(mut command: Command, name: &'static str) {
    command
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::null())
        // What failed is in the evidence, and on the trust page.
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .process_group(0)
        .kill_on_drop(true);
    match command.status().await {
        Ok(status) if status.success() => tracing::debug!(name, "trust.round_held"),
        Ok(status) => tracing::warn!(name, code = status.code(), "trust.round_failed"),
        Err(error) => tracing::warn!(name, %error, "trust.round_not_run"),
    }
}
