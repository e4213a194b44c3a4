use rustix::io::Errno;
use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, Signal, getppid, getrlimit, set_dumpable_behavior,
    set_parent_process_death_signal, setrlimit,
};
use rustix::thread::set_no_new_privs;

/// Why a process could not be hardened. It does not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HardenError {
    #[error("the system refuses to {step}")]
    Refused {
        step: &'static str,
        #[source]
        source: Errno,
    },
    #[error("the process that started this one has ended")]
    Orphan,
}

/// What holds for every process of a server: no core dump and no debugger gets at its memory, and no
/// setuid program gives it back what it gave up.
pub(crate) fn harden() -> Result<(), HardenError> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none).map_err(refused("forbid core dumps"))?;
    raise_open_files().map_err(refused("open more files"))?;
    raise_locked_memory();
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(refused("close this process to debuggers"))?;
    set_no_new_privs(true).map_err(refused("give up setuid programs"))
}

/// A connection is an open file, and 1,024 of them are few.
fn raise_open_files() -> rustix::io::Result<()> {
    const ENOUGH: u64 = 65_536;
    let now = getrlimit(Resource::Nofile);
    let most = now.maximum.map_or(ENOUGH, |most| most.min(ENOUGH));
    if now.current.is_none_or(|current| current >= most) {
        return Ok(());
    }
    let raised = Rlimit {
        current: Some(most),
        ..now
    };
    setrlimit(Resource::Nofile, raised)
}

/// Lets this process and its children lock all of their memory, where it may (`CAP_SYS_RESOURCE`). Whoever needs it and
/// did not get it says so ([`lock_memory`]).
fn raise_locked_memory() {
    let all = Rlimit {
        current: None,
        maximum: None,
    };
    let _ = setrlimit(Resource::Memlock, all);
}

/// Keeps the memory of this process out of swap: what it has, and what it gets later. Refused where the limit is a few
/// megabytes, as it is by default.
pub(crate) fn lock_memory() -> rustix::io::Result<()> {
    mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT)
}

/// Whether this machine writes memory to swap (proc_swaps(5): a line beyond the heading), or does not say.
pub(crate) fn may_swap() -> bool {
    let swaps = std::fs::read_to_string("/proc/swaps");
    swaps.map_or(true, |swaps| swaps.lines().count() != 1)
}

/// The same for a child, which also ends with its parent, in whatever way that ends.
pub(crate) fn harden_child() -> Result<(), HardenError> {
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(refused("tie this process to its parent"))?;
    harden()
}

/// Has this process asked to stop when the one that started it ends. To be called on the thread that
/// lives as long as the process.
pub(crate) fn stop_with_parent() -> Result<(), HardenError> {
    let parent = getppid();
    set_parent_process_death_signal(Some(Signal::TERM))
        .map_err(refused("tie this process to its parent"))?;
    // A parent that ended in between sends nothing: it shows as a change of parent.
    if getppid() == parent {
        Ok(())
    } else {
        Err(HardenError::Orphan)
    }
}

/// Checks that the parent did not end before the signal was set.
pub(super) fn check_parent(supervisor: u32) -> Result<(), HardenError> {
    let parent = getppid().map(|pid| pid.as_raw_nonzero().get().unsigned_abs());
    if parent == Some(supervisor) {
        Ok(())
    } else {
        Err(HardenError::Orphan)
    }
}

fn refused(step: &'static str) -> impl FnOnce(Errno) -> HardenError {
    move |source| HardenError::Refused { step, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test runner gives each test a process of its own.
    #[test]
    fn memory_is_locked_where_the_system_lets_it_be() {
        let locked = lock_memory();
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmLck:"));
        let is_none = line.unwrap().split_whitespace().nth(1) == Some("0");
        match locked {
            Ok(()) => assert!(!is_none),
            Err(why) => assert!(
                is_none && [Errno::NOMEM, Errno::PERM].contains(&why),
                "{why}"
            ),
        }
    }
}
