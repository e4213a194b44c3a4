use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};
use zeroize::Zeroizing;

use crate::exit::{Exit, Failure};
use crate::process::{Parent, Report, await_report, hand_over, pair};

/// All that it takes to start a child, again and again.
pub(super) struct Plan {
    /// The subcommand, and the child's name in messages.
    pub(super) name: &'static str,
    /// The user and group that it runs as, where root starts it.
    pub(super) user: Option<u32>,
    /// Its configuration in JSON.
    pub(super) boot: Zeroizing<Vec<u8>>,
    /// How long it gets to stop once it was asked to.
    pub(super) stop_limit: Duration,
    /// What it listens on. The supervisor keeps it, so that callers wait for a new child, and are
    /// not refused.
    pub(super) sockets: Vec<OwnedFd>,
}

/// A child that serves.
pub(super) struct Running {
    pub(super) child: Child,
    pub(super) pid: u32,
    /// Its end tells the child that the supervisor has ended.
    _channel: Parent,
}

/// How glibc gives memory back; the only words in a child's environment. Each of its arenas keeps
/// memory for itself, and two threads need no more than two. With a fixed threshold, the 19 MiB of a
/// password hash go back to the system when it is done; the threshold that glibc adapts by itself
/// would keep them, several times over, for ever.
const ALLOCATOR: [(&str, &str); 2] = [
    ("MALLOC_ARENA_MAX", "2"),
    ("MALLOC_MMAP_THRESHOLD_", "1048576"),
];

/// A child that has not reported by then never will.
const READY_LIMIT: Duration = Duration::from_secs(30);

/// Starts a child and waits until it serves.
pub(super) async fn launch(plan: &Plan) -> Result<Running, Failure> {
    let (mut child, mut channel) = spawn(plan).map_err(|error| did_not_start(plan, &error))?;
    let pid = child.id().unwrap_or_default();
    match tokio::time::timeout(READY_LIMIT, await_report(&mut channel)).await {
        Ok(Some(Report::Ready)) => Ok(Running {
            child,
            pid,
            _channel: channel,
        }),
        Ok(Some(Report::Failed { exit, mut chain })) => {
            chain.insert(0, format!("the {} did not start", plan.name));
            Err(Failure { exit, chain })
        }
        Ok(None) => {
            let status = child
                .wait()
                .await
                .map_or_else(|_| String::new(), |status| status.to_string());
            Err(did_not_start(
                plan,
                &io::Error::other(format!("it ended at once ({status})")),
            ))
        }
        Err(_) => Err(did_not_start(plan, &io::ErrorKind::TimedOut.into())),
    }
}

fn spawn(plan: &Plan) -> io::Result<(Child, Parent)> {
    let (parent, stdin) = pair()?;
    // The link leads to this very program, also where its folder is closed to the child's user, or
    // where the file was replaced by a newer version since.
    let mut command = Command::new("/proc/self/exe");
    command
        .arg0("countersign")
        .arg(plan.name)
        .env_clear()
        .envs(ALLOCATOR)
        .current_dir("/")
        .stdin(Stdio::from(stdin))
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        // Ctrl-C in a terminal reaches the whole foreground group: the supervisor stops it in order.
        .process_group(0)
        .kill_on_drop(true);
    if let Some(user) = plan.user {
        // std drops the supplementary groups as well.
        command.uid(user).gid(user);
    }
    let child = command.spawn()?;
    let sockets: Vec<_> = plan.sockets.iter().map(OwnedFd::as_fd).collect();
    hand_over(&parent, &plan.boot, &sockets)?;
    parent.set_nonblocking(true)?;
    Ok((child, Parent::from_std(parent)?))
}

fn did_not_start(plan: &Plan, error: &io::Error) -> Failure {
    let chain = vec![
        format!("the {} did not start", plan.name),
        error.to_string(),
    ];
    Failure {
        exit: Exit::CannotRun,
        chain,
    }
}
