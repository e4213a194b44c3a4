use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::backoff::Backoff;
use super::launch::{Plan, Running, launch};

/// Keeps one child running: a dead one is replaced.
pub(super) struct Keeper {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// Callers of a child that is away for longer than this are hung up on, and do not wait.
const PATIENCE: Duration = Duration::from_secs(1);
const HANG_UP_EVERY: Duration = Duration::from_millis(50);

impl Keeper {
    /// Watches over `running`. `on_start` hears the process number of each later child.
    pub(super) fn start(plan: Plan, running: Running, on_start: impl Fn(u32) + 'static) -> Self {
        let (stop, stopped) = oneshot::channel();
        Self {
            stop,
            task: tokio::task::spawn_local(keep(plan, running, stopped, on_start)),
        }
    }

    /// Stops the child, and waits for its end.
    pub(super) async fn stop(self) {
        // A keeper that has ended has no child.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

async fn keep(
    plan: Plan,
    mut running: Running,
    mut stopped: oneshot::Receiver<()>,
    on_start: impl Fn(u32),
) {
    let mut backoff = Backoff::new();
    loop {
        let since = Instant::now();
        tokio::select! {
            status = running.child.wait() => {
                let status = status.map_or_else(|_| "?".to_owned(), |status| status.to_string());
                tracing::warn!(child = plan.name, pid = running.pid, status, "server.child_ended");
            }
            _ = &mut stopped => return terminate(running, plan.stop_limit).await,
        }
        backoff.lived(since.elapsed());
        running = tokio::select! {
            running = replace(&plan, &mut backoff) => running,
            _ = &mut stopped => return,
        };
        tracing::info!(
            child = plan.name,
            pid = running.pid,
            "server.child_replaced"
        );
        on_start(running.pid);
    }
}

/// Starts the child until it serves.
async fn replace(plan: &Plan, backoff: &mut Backoff) -> Running {
    loop {
        wait(plan, backoff.wait()).await;
        match launch(plan).await {
            Ok(running) => return running,
            Err(failure) => {
                tracing::error!(why = failure.chain.join(": "), "server.child_not_replaced");
            }
        }
    }
}

async fn wait(plan: &Plan, wait: Duration) {
    let since = Instant::now();
    if wait < PATIENCE {
        return tokio::time::sleep(wait).await;
    }
    while since.elapsed() < wait {
        plan.sockets.iter().for_each(hang_up);
        tokio::time::sleep(HANG_UP_EVERY).await;
    }
}

/// Hangs up on whoever waits for a child on a unix socket: the front then answers 503 at once.
/// Browsers, on the other socket, are better off waiting.
fn hang_up(socket: &OwnedFd) {
    let is_unix =
        rustix::net::sockopt::socket_domain(socket) == Ok(rustix::net::AddressFamily::UNIX);
    let Ok(copy) = socket.as_fd().try_clone_to_owned() else {
        return;
    };
    if is_unix {
        let listener = UnixListener::from(copy);
        // The child that set it to be so may not have come that far.
        let _ = listener.set_nonblocking(true);
        while listener.accept().is_ok() {}
    }
}

async fn terminate(mut running: Running, limit: Duration) {
    if let Some(pid) = i32::try_from(running.pid).ok().and_then(Pid::from_raw) {
        // Not reaped yet, so that the number is still the child's.
        let _ = kill_process(pid, Signal::TERM);
    }
    if tokio::time::timeout(limit, running.child.wait())
        .await
        .is_err()
    {
        tracing::warn!(pid = running.pid, "server.child_killed");
        let _ = running.child.kill().await;
    }
}
