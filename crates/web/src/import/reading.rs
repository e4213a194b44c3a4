use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::BodyDataStream;
use bytes::Bytes;
use futures_util::stream::{Stream, StreamExt as _, unfold};
use insight::{EventLog, Format, Limits, Progress, ReadError};
use tokio::sync::watch;
use tokio_util::io::{StreamReader, SyncIoBridge};

use crate::edge::is_too_large;

/// How a body ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// It came whole.
    Whole,
    /// The client hung up, or sent nothing for too long.
    Broken,
    /// It is larger than this server takes.
    TooLarge,
}

/// An upload that sends nothing for so long has ended.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads a log from a body on a thread of its own, since the reader blocks.
pub(super) async fn read(
    body: BodyDataStream,
    ending: Arc<Mutex<Ending>>,
    format: Format,
    tell: watch::Sender<Progress>,
) -> Result<EventLog, ReadError> {
    let stream = Box::pin(patient(body, ending));
    let reading = tokio::task::spawn_blocking(move || {
        let reader = SyncIoBridge::new(StreamReader::new(stream));
        insight::read_log(reader, &format, &Limits::default(), &mut |progress| {
            tell.send_replace(progress);
            ControlFlow::Continue(())
        })
    });
    reading.await.unwrap_or_else(|error| {
        Err(ReadError::Io {
            line: 0,
            source: io::Error::other(error),
        })
    })
}

/// The body's chunks; how they ended is remembered beside them, since a reader only hears that
/// reading failed.
fn patient(
    body: BodyDataStream,
    ending: Arc<Mutex<Ending>>,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    unfold((body, ending), async |(mut body, ending)| {
        let failure = match tokio::time::timeout(PATIENCE, body.next()).await {
            Ok(Some(Ok(chunk))) => return Some((Ok(chunk), (body, ending))),
            Ok(None) => return None,
            Ok(Some(Err(error))) if is_too_large(&error) => Ending::TooLarge,
            Ok(Some(Err(_))) | Err(_) => Ending::Broken,
        };
        *ending.lock().unwrap_or_else(PoisonError::into_inner) = failure;
        Some((
            Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            (body, ending),
        ))
    })
}
