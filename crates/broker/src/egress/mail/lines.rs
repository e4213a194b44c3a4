use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};

/// A connection of which at most so many bytes are read, however long its lines are.
pub(super) struct Lines<S> {
    stream: BufReader<S>,
    limit: usize,
    used: usize,
}

/// Why a line could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// The connection ended, or broke.
    Closed,
    /// The server says more than is read of it.
    TooLarge,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Lines<S> {
    /// Reads at most `limit` bytes of `stream`, all in all.
    pub(super) fn new(stream: S, limit: usize) -> Self {
        Self {
            stream: BufReader::new(stream),
            limit,
            used: 0,
        }
    }

    /// How many bytes were read.
    pub(super) const fn used(&self) -> usize {
        self.used
    }

    /// Sends bytes.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        let stream = self.stream.get_mut();
        stream.write_all(bytes).await.map_err(|_| Broken::Closed)?;
        stream.flush().await.map_err(|_| Broken::Closed)
    }

    /// The next line, without its end.
    pub(super) async fn line(&mut self) -> Result<Vec<u8>, Broken> {
        let mut line = Vec::new();
        loop {
            let found = self.stream.fill_buf().await.map_err(|_| Broken::Closed)?;
            if found.is_empty() {
                return Err(Broken::Closed);
            }
            let end = found.iter().position(|byte| *byte == b'\n');
            let piece = found.get(..end.unwrap_or(found.len())).unwrap_or_default();
            let length = piece.len() + usize::from(end.is_some());
            if length > self.limit - self.used {
                return Err(Broken::TooLarge);
            }
            line.extend_from_slice(piece);
            self.used += length;
            self.stream.consume(length);
            if end.is_some() {
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return Ok(line);
            }
        }
    }

    /// The next `length` bytes; or none, and they are passed over, where they are more than `keep`.
    pub(super) async fn literal(
        &mut self,
        length: u64,
        keep: usize,
    ) -> Result<Option<Vec<u8>>, Broken> {
        let length = usize::try_from(length).map_err(|_| Broken::TooLarge)?;
        if length > self.limit - self.used {
            return Err(Broken::TooLarge);
        }
        let mut kept = (length <= keep).then(Vec::new);
        let mut left = length;
        while left > 0 {
            let found = self.stream.fill_buf().await.map_err(|_| Broken::Closed)?;
            let piece = found.get(..left.min(found.len())).unwrap_or_default();
            if piece.is_empty() {
                return Err(Broken::Closed);
            }
            let taken = piece.len();
            if let Some(kept) = &mut kept {
                kept.extend_from_slice(piece);
            }
            self.stream.consume(taken);
            left -= taken;
        }
        self.used += length;
        Ok(kept)
    }

    /// Whether the server has said more than was asked of it.
    pub(super) fn is_ahead(&self) -> bool {
        !self.stream.buffer().is_empty()
    }

    /// The connection itself.
    pub(super) fn into_inner(self) -> S {
        self.stream.into_inner()
    }
}
