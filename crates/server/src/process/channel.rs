use std::io::{self, IoSlice, IoSliceMut, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use zeroize::Zeroize as _;

use crate::exit::{Exit, Failure};

/// A boot configuration is a few kilobytes of keys, manifests and certificates.
const MAX_BOOT_BYTES: usize = 4 * 1024 * 1024;
/// Sockets that a child gets.
const MAX_SOCKETS: usize = 4;

/// Why a child did not hear what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChannelError {
    #[error("this command is run by `countersign up`, not by hand")]
    NotAChild,
    #[error("the supervisor's message is not as agreed: do two versions of the binary run?")]
    Malformed,
}

/// What a child tells its supervisor.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum Report {
    /// It serves.
    Ready,
    /// It cannot.
    Failed { exit: Exit, chain: Vec<String> },
}

/// The supervisor's end of a child's channel.
pub(crate) type Parent = tokio::net::UnixStream;

/// The two ends of a channel: the supervisor's, and what becomes a child's standard input.
pub(crate) fn pair() -> io::Result<(UnixStream, OwnedFd)> {
    let (parent, child) = UnixStream::pair()?;
    Ok((parent, child.into()))
}

/// Tells a child what to do, and hands it its sockets. Configuration goes this way, and not by
/// argument or environment, which others can read in `/proc`.
pub(crate) fn hand_over(
    mut channel: &UnixStream,
    boot: &[u8],
    sockets: &[BorrowedFd<'_>],
) -> io::Result<()> {
    let length = u32::try_from(boot.len())
        .map_err(io::Error::other)?
        .to_be_bytes();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_SOCKETS))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !ancillary.push(SendAncillaryMessage::ScmRights(sockets)) {
        return Err(io::Error::other("too many sockets for one child"));
    }
    sendmsg(
        channel,
        &[IoSlice::new(&length)],
        &mut ancillary,
        SendFlags::NOSIGNAL,
    )?;
    channel.write_all(boot)
}

/// The child's side of [`hand_over`].
pub(super) fn receive<T: DeserializeOwned>(
    mut channel: &UnixStream,
) -> Result<(T, Vec<OwnedFd>), ChannelError> {
    let mut length = [0_u8; 4];
    let sockets = receive_sockets(channel, &mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > MAX_BOOT_BYTES {
        return Err(ChannelError::Malformed);
    }
    let mut bytes = vec![0; length];
    channel
        .read_exact(&mut bytes)
        .map_err(|_| ChannelError::NotAChild)?;
    // serde_json's errors can quote what they read.
    let boot = serde_json::from_slice(&bytes).map_err(|_| ChannelError::Malformed);
    bytes.zeroize();
    Ok((boot?, sockets))
}

fn receive_sockets(channel: impl AsFd, length: &mut [u8; 4]) -> Result<Vec<OwnedFd>, ChannelError> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_SOCKETS))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::WAITALL;
    let received = recvmsg(
        channel,
        &mut [IoSliceMut::new(length)],
        &mut ancillary,
        flags,
    )
    .map_err(|_| ChannelError::NotAChild)?;
    if received.bytes != length.len() {
        return Err(ChannelError::NotAChild);
    }
    let mut sockets = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(handed) = message {
            sockets.extend(handed);
        }
    }
    Ok(sockets)
}

/// The child's report. A supervisor that is gone does not hear it.
pub(crate) fn report(mut channel: &UnixStream, result: Result<(), &Failure>) -> io::Result<()> {
    let report = match result {
        Ok(()) => Report::Ready,
        Err(failure) => Report::Failed {
            exit: failure.exit,
            chain: failure.chain.clone(),
        },
    };
    let mut line = serde_json::to_vec(&report)?;
    line.push(b'\n');
    channel.write_all(&line)
}

/// Waits for a child's report; nothing where it ended without one.
pub(crate) async fn await_report(parent: &mut Parent) -> Option<Report> {
    let mut line = String::new();
    BufReader::new(parent).read_line(&mut line).await.ok()?;
    serde_json::from_str(&line).ok()
}
