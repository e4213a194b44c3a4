//! The bytes of a file, beside the frames: each piece its length (32 bits, big endian) and that many bytes. An empty
//! one ends them: whoever hangs up before that has not sent all of them.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use super::frame;
use crate::protocol::Answer;

const MAX_PIECE_BYTES: usize = 1 << 20;
/// Whoever neither sends nor takes a piece for so long is gone: a place is not held for nothing.
const PATIENCE: Duration = Duration::from_mins(1);

/// Reads pieces.
#[derive(Debug)]
pub struct PieceReader<'a>(&'a mut UnixStream);

impl<'a> PieceReader<'a> {
    pub(super) const fn new(stream: &'a mut UnixStream) -> Self {
        Self(stream)
    }

    /// Says that they may come. Whoever sends them waits for this.
    pub(crate) async fn begin(&mut self) -> io::Result<()> {
        frame::write(self.0, &Answer::FileBegun).await
    }

    /// The next piece; nothing after the last.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        read(self.0).await
    }
}

pub(super) async fn read(stream: &mut UnixStream) -> io::Result<Option<Vec<u8>>> {
    let piece = async {
        let length = stream.read_u32().await? as usize;
        if length > MAX_PIECE_BYTES {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the piece is too long",
            ));
        }
        let mut bytes = vec![0; length];
        stream.read_exact(&mut bytes).await?;
        Ok((length > 0).then_some(bytes))
    };
    tokio::time::timeout(PATIENCE, piece)
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

/// Writes some bytes, as many pieces as they need.
pub(super) async fn write(stream: &mut UnixStream, bytes: &[u8]) -> io::Result<()> {
    for piece in bytes.chunks(MAX_PIECE_BYTES) {
        send(stream, piece).await?;
    }
    Ok(())
}

/// Says that there are no more.
pub(super) async fn end(stream: &mut UnixStream) -> io::Result<()> {
    send(stream, &[]).await
}

async fn send(stream: &mut UnixStream, piece: &[u8]) -> io::Result<()> {
    let length = u32::try_from(piece.len()).map_err(io::Error::other)?;
    let sending = async {
        stream.write_u32(length).await?;
        stream.write_all(piece).await?;
        stream.flush().await
    };
    tokio::time::timeout(PATIENCE, sending)
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pieces_come_as_they_went_and_an_end_is_told_from_a_hang_up() {
        let (mut here, mut there) = UnixStream::pair().unwrap();
        let content: Vec<u8> = (0..(2 * MAX_PIECE_BYTES + 5))
            .map(|n| n.to_le_bytes()[0])
            .collect();
        let sent = content.clone();
        let sending = tokio::spawn(async move {
            write(&mut here, &sent).await.unwrap();
            end(&mut here).await.unwrap();
            write(&mut here, b"half").await.unwrap();
        });
        let mut received = Vec::new();
        while let Some(piece) = read(&mut there).await.unwrap() {
            received.extend(piece);
        }
        assert!(received == content);
        assert_eq!(read(&mut there).await.unwrap().unwrap(), b"half");
        sending.await.unwrap();
        let cut = read(&mut there).await.unwrap_err();
        assert_eq!(cut.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn a_piece_that_is_too_long_is_not_waited_for() {
        let (mut here, mut there) = UnixStream::pair().unwrap();
        here.write_u32(u32::MAX).await.unwrap();
        let refused = read(&mut there).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
    }
}
