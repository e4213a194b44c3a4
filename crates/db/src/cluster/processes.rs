use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::settings::DETACHED_MARK;

/// A process of a cluster, found in `/proc`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Relative {
    pub(super) pid: u32,
    pub(super) kind: Kind,
}

/// What it is in its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The server that ends with its parent.
    Postmaster,
    /// The server that does not.
    Detached,
    /// One of the server's own processes.
    Child,
}

/// The `cluster_name` of a data directory: the same for as long as the directory lives, wherever
/// it is mounted or moved.
pub(super) fn cluster_name(root: &Path) -> io::Result<String> {
    let found = fs::metadata(root)?;
    Ok(format!("countersign-{:x}-{:x}", found.dev(), found.ino()))
}

/// All living processes of the cluster `name` that run as `uid`. The user is compared because
/// anybody can give a process of their own any command line.
pub(super) fn of_cluster(name: &str, uid: u32) -> Vec<Relative> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| {
            Some(Relative {
                pid,
                kind: kind_of(pid, name, uid)?,
            })
        })
        .collect()
}

/// What process `pid` is in the cluster `name`, if anything.
pub(super) fn kind_of(pid: u32, name: &str, uid: u32) -> Option<Kind> {
    if !runs_as(pid, uid) {
        return None;
    }
    let command_line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    classify(&String::from_utf8_lossy(&command_line), name)
}

fn classify(command_line: &str, name: &str) -> Option<Kind> {
    if command_line.starts_with(&format!("postgres: {name}: ")) {
        return Some(Kind::Child);
    }
    let mut arguments = command_line.split('\0');
    if !arguments
        .clone()
        .any(|argument| argument.strip_prefix("cluster_name=") == Some(name))
    {
        return None;
    }
    let detached = arguments.any(|argument| argument == DETACHED_MARK);
    Some(if detached {
        Kind::Detached
    } else {
        Kind::Postmaster
    })
}

/// Whether `pid` is a server on `pgdata` that somebody else started. Undecidable counts as yes.
pub(super) fn is_foreign_server(pid: u32, pgdata: &Path, uid: u32) -> bool {
    let program = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    if !runs_as(pid, uid) || !["postgres", "postmaster"].contains(&program.trim()) {
        return false;
    }
    // A server's working directory is its data. Root without CAP_SYS_PTRACE may not read the link.
    match (
        fs::read_link(format!("/proc/{pid}/cwd")),
        pgdata.canonicalize(),
    ) {
        (Ok(directory), Ok(pgdata)) => directory == pgdata,
        _ => true,
    }
}

/// Whether any process has this number, be it a zombie.
pub(super) fn exists(pid: u32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
}

/// Whether process `pid` is on its way out: it has lost its memory, and its command line with it, but not
/// its files yet.
pub(super) fn is_ending(pid: u32, uid: u32) -> bool {
    runs_as(pid, uid) && fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.is_empty())
}

/// Whether a process that still runs has this number.
fn is_alive(pid: u32) -> bool {
    // After the last parenthesis: a program's name may hold some. Z and X have ended already.
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .ok()
        .and_then(|stat| stat.rsplit_once(") ")?.1.chars().next())
        .is_some_and(|state| state != 'Z' && state != 'X')
}

fn runs_as(pid: u32, uid: u32) -> bool {
    is_alive(pid) && fs::metadata(format!("/proc/{pid}")).is_ok_and(|found| found.uid() == uid)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "countersign-801-2a";

    #[test]
    fn servers_and_their_children_are_told_apart_by_their_titles() {
        let server = "/usr/bin/postgres\0-D\0/data\0-c\0cluster_name=countersign-801-2a\0";
        assert_eq!(classify(server, NAME), Some(Kind::Postmaster));
        assert_eq!(
            classify(&format!("{server}-c\0{DETACHED_MARK}\0"), NAME),
            Some(Kind::Detached)
        );
        let child = "postgres: countersign-801-2a: checkpointer ";
        assert_eq!(classify(child, NAME), Some(Kind::Child));
    }

    #[test]
    fn another_clusters_processes_are_left_alone() {
        assert_eq!(
            classify("postgres: countersign-801-2ab: checkpointer ", NAME),
            None
        );
        assert_eq!(
            classify("postgres\0-c\0cluster_name=countersign-801-2ab\0", NAME),
            None
        );
        assert_eq!(classify("grep\0countersign-801-2a\0", NAME), None);
    }

    #[test]
    fn a_process_of_another_user_is_no_relative() {
        let own = std::process::id();
        assert!(is_alive(own));
        assert!(!runs_as(own, rustix::process::geteuid().as_raw() + 1));
    }
}
