//! What the front and the broker give up, once and for good: the file system and network sockets
//! (Landlock), and system calls that would bring them back (seccomp).
//!
//! Both hold for the calling thread and every thread that it starts later. So they are taken on
//! before there are other threads.

mod filesystem;
mod syscalls;

use rustix::io::Errno;

pub(crate) use filesystem::{Confinement, confine_broker, confine_front};
pub(crate) use syscalls::{forbid_network, forbid_programs};

/// Why a process could not be confined. It does not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SandboxError {
    #[error("the file system cannot be given up (Landlock)")]
    Landlock(#[from] landlock::RulesetError),
    #[error("{path} cannot be opened for the rules of Landlock", path = path.display())]
    Path {
        path: std::path::PathBuf,
        #[source]
        source: landlock::PathFdError,
    },
    #[error("the filter of system calls cannot be built")]
    Filter(#[from] seccompiler::BackendError),
    #[error("the filter of system calls cannot be set")]
    Seccomp(#[from] seccompiler::Error),
    #[error("this processor has no filter of system calls yet: run on x86_64 or aarch64")]
    Processor,
    #[error("after sockets were given up, one could be opened: {0:?}")]
    NotInForce(Result<(), Errno>),
}

#[cfg(test)]
mod tests;
