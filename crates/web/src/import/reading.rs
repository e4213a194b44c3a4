use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::BodyDataStream;
use broker::socket::CallError;
use bytes::Bytes;
use futures_util::stream::{Stream, StreamExt as _, unfold};
use insight::{EventLog, Format, Limits, Progress, ReadError};
use tokio::sync::watch;
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::keep::Keeping;
use crate::edge::is_too_large;
use crate::pace::Pace;

/// How a body ended.
#[derive(Debug)]
pub(super) enum Ending {
    /// It came whole.
    Whole,
    /// The client hung up, or sent nothing for too long.
    Broken,
    /// It is larger than this server takes.
    TooLarge,
    /// The broker does not keep it.
    NotKept(CallError),
}

/// How often an upload's pace is looked at.
const PATIENCE: Duration = Duration::from_secs(30);
/// An upload that sends less in that time has ended: it would hold a place for nothing.
const LEAST_BYTES: usize = 64 << 10;

/// Reads a log from a body on a thread of its own, since the reader blocks. What is read is kept on the way.
pub(super) async fn read(
    (body, keeping): (BodyDataStream, Keeping),
    ending: Arc<Mutex<Ending>>,
    format: Format,
    tell: watch::Sender<Progress>,
) -> Result<EventLog, ReadError> {
    let stream = Box::pin(patient(body, keeping, ending).fuse());
    let reading = tokio::task::spawn_blocking(move || {
        let mut reader = SyncIoBridge::new(StreamReader::new(stream));
        let log = insight::read_log(&mut reader, &format, &Limits::default(), &mut |progress| {
            tell.send_replace(progress);
            ControlFlow::Continue(())
        })?;
        // A reader may know before the end that no event follows; the original is kept to its last byte.
        io::copy(&mut reader, &mut io::sink())
            .map_err(|source| ReadError::Io { line: 0, source })?;
        Ok(log)
    });
    reading.await.unwrap_or_else(|error| {
        Err(ReadError::Io {
            line: 0,
            source: io::Error::other(error),
        })
    })
}

/// The body's chunks, each once it is on its way to where it is kept; how they ended is remembered beside them, since a
/// reader only hears that reading failed.
fn patient(
    body: BodyDataStream,
    keeping: Keeping,
    ending: Arc<Mutex<Ending>>,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let pace = Pace::new(LEAST_BYTES, PATIENCE);
    unfold(
        ((body, keeping), ending, pace),
        async |((mut body, mut keeping), ending, mut pace)| {
            let failure = match tokio::time::timeout_at(pace.until(), body.next()).await {
                Ok(Some(Ok(chunk))) => {
                    // However late it is asked for: the reader may be slower than the client.
                    pace.take(chunk.len());
                    match keeping.write(&chunk).await {
                        Ok(()) => return Some((Ok(chunk), ((body, keeping), ending, pace))),
                        Err(error) => Ending::NotKept(error),
                    }
                }
                // The reader hears of the end once all of it is kept.
                Ok(None) => match keeping.finish().await {
                    Ok(()) => return None,
                    Err(error) => Ending::NotKept(error),
                },
                Ok(Some(Err(error))) if is_too_large(&error) => Ending::TooLarge,
                Ok(Some(Err(_))) | Err(_) => Ending::Broken,
            };
            *ending.lock().unwrap_or_else(PoisonError::into_inner) = failure;
            Some((
                Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
                ((body, keeping), ending, pace),
            ))
        },
    )
}
