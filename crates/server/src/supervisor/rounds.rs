use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval_at};

use crate::config::Config;

/// The first round runs soon after the start: a page without evidence shows nothing green.
const FIRST_AFTER: Duration = Duration::from_secs(5);

/// Has the controls run by themselves, each round as a process of its own. Dropping it ends a round
/// that is under way.
#[derive(Debug)]
pub(super) struct Rounds {
    task: JoinHandle<()>,
}

impl Rounds {
    pub(super) fn start(config: &Config) -> Option<Self> {
        let every = config.verify_every?;
        let data_dir = config.data_dir.clone();
        let task = tokio::task::spawn_local(async move {
            let mut ticks =
                interval_at(tokio::time::Instant::now() + FIRST_AFTER.min(every), every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                let mut command = Command::new("/proc/self/exe");
                command
                    .arg0("countersign")
                    .args(["verify", "--record", "--data-dir"])
                    .arg(&data_dir);
                round(command).await;
            }
        });
        Some(Self { task })
    }
}

impl Drop for Rounds {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn round(mut command: Command) {
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
        Ok(status) if status.success() => tracing::debug!("trust.round_held"),
        Ok(status) => tracing::warn!(code = status.code(), "trust.round_failed"),
        Err(error) => tracing::warn!(%error, "trust.round_not_run"),
    }
}
