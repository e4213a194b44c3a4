use std::collections::VecDeque;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;

use serde::de::DeserializeOwned;

use super::channel::{ChannelError, receive};
use super::harden::{HardenError, check_parent, harden_child};

/// Why a child did not begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChildError {
    #[error(transparent)]
    Channel(#[from] ChannelError),
    #[error(transparent)]
    Harden(#[from] HardenError),
}

/// What a child gets from its supervisor.
#[derive(Debug)]
pub(crate) struct Inherited<T> {
    pub(crate) boot: T,
    sockets: VecDeque<OwnedFd>,
    /// For the report; its end is the supervisor's end.
    pub(crate) channel: UnixStream,
}

/// Hardens this process and hears what it has to do. The first thing that a child does, before any
/// thread is started.
pub(crate) fn inherit<T: DeserializeOwned>(
    supervisor: impl Fn(&T) -> u32,
) -> Result<Inherited<T>, ChildError> {
    harden_child()?;
    let stdin = std::io::stdin();
    let channel = stdin
        .as_fd()
        .try_clone_to_owned()
        .map_err(|_| ChannelError::NotAChild)?;
    let channel = UnixStream::from(channel);
    let (boot, sockets) = receive(&channel)?;
    check_parent(supervisor(&boot))?;
    Ok(Inherited {
        boot,
        sockets: sockets.into(),
        channel,
    })
}

impl<T> Inherited<T> {
    /// The next of the sockets, in the order in which the supervisor handed them over.
    pub(crate) fn next_socket<S: From<OwnedFd>>(&mut self) -> Result<S, ChannelError> {
        self.sockets
            .pop_front()
            .map(S::from)
            .ok_or(ChannelError::Malformed)
    }
}
