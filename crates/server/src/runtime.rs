use std::io;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use tokio::io::AsyncReadExt as _;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};

use crate::exit::Failure;
use crate::process;

/// Two threads do the work of a small server; each costs memory for its stack and its allocator.
const WORKERS: usize = 2;
/// Password hashes run on these, and what reads and writes files. What others may slow down has no place here.
const BLOCKING_THREADS: usize = 8;

/// The runtime of a front or a broker.
pub(crate) fn build() -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .max_blocking_threads(BLOCKING_THREADS)
        .enable_all()
        .build()
}

/// Waits until this child is to stop: the supervisor asks, or has ended.
pub(crate) async fn asked_to_stop(channel: UnixStream) -> io::Result<()> {
    channel.set_nonblocking(true)?;
    let mut channel = tokio::net::UnixStream::from_std(channel)?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        // The supervisor writes nothing more: whatever is read is the end.
        _ = channel.read_u8() => {}
    }
    Ok(())
}

/// Tells the supervisor why this child cannot serve. The supervisor tells the person.
pub(crate) fn tell_supervisor(channel: io::Result<UnixStream>, failure: &Failure) -> ExitCode {
    let told = channel.and_then(|channel| process::report(&channel, Err(failure)));
    if told.is_err() {
        return failure.tell();
    }
    ExitCode::from(failure.exit.status())
}
