use std::io;

use rustix::process::{Signal, getppid, set_parent_process_death_signal};

/// Asks the kernel for a SIGTERM when the thread that started this process ends, so that a demo
/// which is killed leaves no tracker behind.
///
/// # Errors
/// The kernel refuses, or the parent was gone before it could be asked.
pub fn stop_with_parent() -> io::Result<()> {
    let parent = getppid();
    set_parent_process_death_signal(Some(Signal::TERM))?;
    // A parent that died in between sends nothing: it shows as a change of parent.
    if getppid() == parent {
        Ok(())
    } else {
        Err(io::Error::other(
            "the process that started this one is gone",
        ))
    }
}
