use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::config::{ClusterConfig, Progress};
use super::pid_file::PidFile;
use super::processes::{self, Kind, Relative};
use super::site::Site;
use super::start_error::StartError;

/// How long a dead instance's server may go on before it is asked to stop: its parent's death has
/// usually asked already.
const GRACE: Duration = Duration::from_secs(1);
const POLL: Duration = Duration::from_millis(10);

/// Waits for the end of what a killed instance left running, and removes its stale files.
///
/// The lock is held, so no instance lives here: whatever server of ours still runs is an orphan, to
/// be stopped as its parent would have. A server that ends on its own terms (detached, or started
/// by somebody else) is not ours to stop.
pub(super) async fn clear(site: &Site, config: &ClusterConfig) -> Result<(), StartError> {
    let since = Instant::now();
    let (mut asked, mut told) = (false, None);
    loop {
        let relatives = processes::of_cluster(&site.name, site.account.uid);
        let server = relatives.iter().find(|each| each.kind != Kind::Child);
        let Some(Relative { pid, .. }) = server.or(relatives.first()).cloned() else {
            break;
        };
        if since.elapsed() > config.stop_limit || is_staying(&relatives, site) {
            return Err(occupied(site, pid));
        }
        if since.elapsed() > GRACE && !asked {
            asked = true;
            ask_to_stop(&relatives);
        }
        if told.replace(pid) != Some(pid) {
            (config.on_progress)(Progress::WaitingForPrevious { pid });
        }
        tokio::time::sleep(POLL).await;
    }
    remove_stale_files(site)
}

/// A detached server stays, unless it is on its way out.
fn is_staying(relatives: &[Relative], site: &Site) -> bool {
    relatives
        .iter()
        .any(|relative| relative.kind == Kind::Detached)
        && PidFile::read(&site.layout.pgdata()).is_none_or(|file| file.status != "stopping")
}

/// Fast shutdown for a server. Processes whose server was killed notice by themselves, except in
/// the middle of a computation: those get SIGQUIT, on which they end at once.
fn ask_to_stop(relatives: &[Relative]) {
    let server = relatives
        .iter()
        .find(|relative| relative.kind == Kind::Postmaster);
    let (targets, signal) = match server {
        Some(server) => (std::slice::from_ref(server), Signal::INT),
        None => (relatives, Signal::QUIT),
    };
    for target in targets {
        tracing::warn!(
            pid = target.pid,
            ?signal,
            "db: stopping a leftover database process"
        );
        if let Some(pid) = i32::try_from(target.pid).ok().and_then(Pid::from_raw) {
            // It may have ended meanwhile; the next look at the process list tells.
            let _ = kill_process(pid, signal);
        }
    }
}

/// PostgreSQL replaces stale files itself, but not while anything has the number in them: another
/// process of the same user (after a reboot that is a matter of luck), or the killed server itself
/// as a zombie, where the new parent of orphans is slow to collect them.
fn remove_stale_files(site: &Site) -> Result<(), StartError> {
    let pgdata = site.layout.pgdata();
    if let Some(PidFile { pid, .. }) = PidFile::read(&pgdata) {
        if processes::is_foreign_server(pid, &pgdata, site.account.uid) {
            return Err(occupied(site, pid));
        }
        if processes::exists(pid) {
            remove(&pgdata.join("postmaster.pid"))?;
        }
    }
    let socket = site.layout.socket();
    let mut socket_lock = socket.clone().into_os_string();
    socket_lock.push(".lock");
    remove(&socket)?;
    remove(socket_lock.as_ref())
}

fn remove(path: &std::path::Path) -> Result<(), StartError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StartError::io("remove", path)(error))
        }
        _ => Ok(()),
    }
}

fn occupied(site: &Site, pid: u32) -> StartError {
    StartError::Occupied {
        path: site.layout.pgdata(),
        pid,
    }
}
