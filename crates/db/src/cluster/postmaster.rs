use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use tokio::sync::{oneshot, watch};

use super::config::Durability;
use super::lock::Lock;
use super::log_pipe::LogPipe;
use super::settings::{DETACHED_MARK, pinned};
use super::site::Site;

/// How long an ended server's last words are waited for.
const LOG_LIMIT: Duration = Duration::from_secs(1);

/// Whether the server ends with the process that starts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lifetime {
    WithParent,
    Detached,
}

/// What is held for as long as the server runs.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) lock: Lock,
    /// None where the server writes its log itself.
    pub(super) log: Option<LogPipe>,
}

/// A running server that is our child.
#[derive(Debug, Clone)]
pub(super) struct Postmaster {
    pid: Pid,
    /// Set with the child's number free for reuse: no signal is sent to it any more.
    reaped: Arc<Mutex<bool>>,
    exit: watch::Receiver<Option<ExitStatus>>,
}

impl Postmaster {
    /// Launches the server on a thread of its own, which then waits for it.
    ///
    /// The parent-death signal fires when the *thread* that launched the server ends, not the
    /// process: on a worker thread of a runtime it would come at any time. This one lives as long
    /// as the server. It also holds the lock until the server has ended.
    pub(super) async fn launch(command: Command, held: Held) -> io::Result<Self> {
        let (started, start) = oneshot::channel();
        std::thread::Builder::new()
            .name("cluster-keeper".to_owned())
            .spawn(move || keep(command, held, started))?;
        start
            .await
            .map_err(|_| io::Error::other("the thread that launches the server ended"))?
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get().unsigned_abs()
    }

    /// How it ended, once it has.
    pub(super) fn exit_status(&self) -> Option<ExitStatus> {
        *self.exit.borrow()
    }

    /// Waits for its end. `None` if that can no longer be told.
    pub(super) async fn exited(&self) -> Option<ExitStatus> {
        let mut exit = self.exit.clone();
        exit.wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|status| *status)
    }

    /// Sends a signal, unless the server has ended.
    pub(super) fn signal(&self, signal: Signal) {
        let reaped = self.reaped.lock().unwrap_or_else(PoisonError::into_inner);
        if !*reaped {
            // Only an ended process refuses a signal of its parent, and then there is no need.
            let _ = kill_process(self.pid, signal);
        }
    }
}

/// The server's command. `setpriv` sets the parent-death signal (to a fast shutdown) between fork
/// and exec, which would need unsafe code here, and takes away the way back to privileges through
/// setuid programs. It must come after the change of user, which clears that signal: std changes
/// the user before it executes `setpriv`. PostgreSQL itself then takes its place, under the same
/// process number.
pub(super) fn command(
    site: &Site,
    durability: Durability,
    lifetime: Lifetime,
    [output, errors]: [Stdio; 2],
) -> Command {
    let mut command = site.account.command(&site.binaries.setpriv);
    command.arg("--no-new-privs");
    if lifetime == Lifetime::WithParent {
        command.args(["--pdeathsig", "INT"]);
    }
    command
        .arg(site.binaries.program("postgres"))
        .arg("-D")
        .arg(site.layout.pgdata());
    for setting in pinned(site, durability) {
        command.arg("-c").arg(setting);
    }
    if lifetime == Lifetime::Detached {
        command.arg("-c").arg(DETACHED_MARK);
    }
    command
        .current_dir(&site.layout.root)
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        // Ctrl-C in a terminal reaches the whole foreground group: the service must stop first.
        .process_group(0);
    command
}

type Started = oneshot::Sender<io::Result<Postmaster>>;

fn keep(command: Command, held: Held, started: Started) {
    let Held { lock, log } = held;
    let (mut child, log_ended) = match spawn(command, log) {
        Ok(spawned) => spawned,
        Err(error) => {
            let _ = started.send(Err(error));
            return;
        }
    };
    let (exit, exit_seen) = watch::channel(None);
    let (pid, reaped) = (Pid::from_child(&child), Arc::new(Mutex::new(false)));
    let postmaster = Postmaster {
        pid,
        reaped: Arc::clone(&reaped),
        exit: exit_seen,
    };
    if let Err(Ok(postmaster)) = started.send(Ok(postmaster)) {
        // Nobody waits for the start any more.
        postmaster.signal(Signal::INT);
    }
    let status = reap(&mut child, pid, &reaped);
    if let Some(ended) = log_ended {
        // For whoever reads the log to learn why. Not without limit: processes of a killed server
        // may go on for a while.
        let _ = ended.recv_timeout(LOG_LIMIT);
    }
    drop(lock);
    exit.send_replace(status);
}

/// Takes the command, because it holds the server's ends of the pipe: with them open, the pipe
/// would never end.
fn spawn(mut command: Command, log: Option<LogPipe>) -> io::Result<(Child, Option<Receiver<()>>)> {
    let ended = log.map(LogPipe::run).transpose()?;
    Ok((command.spawn()?, ended))
}

/// Waits without reaping first, so that the number stays the child's until `signal` is locked out.
fn reap(child: &mut Child, pid: Pid, reaped: &Mutex<bool>) -> Option<ExitStatus> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while matches!(
        waitid(WaitId::Pid(pid), options),
        Err(rustix::io::Errno::INTR)
    ) {}
    let mut reaped = reaped.lock().unwrap_or_else(PoisonError::into_inner);
    *reaped = true;
    child.wait().ok()
}
