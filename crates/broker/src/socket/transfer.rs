use std::io;
use std::time::Duration;

use kernel::FileId;
use tokio::net::UnixStream;

use super::client::{CALL_LIMIT, CallError, Places};
use super::{frame, pieces};
use crate::protocol::Answer;

/// What came is written to the disk for good before it is kept: a slow one takes its time.
const KEEP_LIMIT: Duration = Duration::from_mins(4);

/// A file on its way to the broker. Dropped before it is finished, nothing of it is kept.
#[derive(Debug)]
pub struct Upload {
    pub(super) stream: UnixStream,
    pub(super) _places: Places,
}

/// A part of a file on its way from the broker.
#[derive(Debug)]
pub struct Download {
    pub(super) stream: UnixStream,
    pub(super) _places: Places,
    pub(super) left_bytes: u64,
}

impl Upload {
    /// Sends more of the file: waits until the broker has room for it.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), CallError> {
        match pieces::write(&mut self.stream, bytes).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.why(error).await),
        }
    }

    /// Ends it. It is kept when this returns.
    pub async fn finish(mut self) -> Result<FileId, CallError> {
        if let Err(error) = pieces::end(&mut self.stream).await {
            return Err(self.why(error).await);
        }
        let answer = tokio::time::timeout(KEEP_LIMIT, frame::read(&mut self.stream)).await;
        match answer.map_err(|_| CallError::TimedOut)? {
            Ok(Answer::FileKept { file }) => Ok(file),
            Ok(Answer::Failed(failure)) => Err(CallError::Failed(failure)),
            Ok(_) => Err(CallError::Unexpected),
            Err(error) => Err(CallError::Unreachable(error)),
        }
    }

    /// The broker says why it takes no more before it hangs up.
    async fn why(&mut self, error: io::Error) -> CallError {
        match tokio::time::timeout(CALL_LIMIT, frame::read(&mut self.stream)).await {
            Ok(Ok(Answer::Failed(failure))) => CallError::Failed(failure),
            _ => CallError::Unreachable(error),
        }
    }
}

impl Download {
    /// The next bytes; nothing after the last. An error where they end before they are all there.
    pub async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        match pieces::read(&mut self.stream).await? {
            None if self.left_bytes == 0 => Ok(None),
            Some(piece) if piece.len() as u64 <= self.left_bytes => {
                self.left_bytes -= piece.len() as u64;
                Ok(Some(piece))
            }
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}
