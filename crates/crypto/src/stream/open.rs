use std::fmt;
use std::ops::Range;

use aws_lc_rs::aead::{Aad, LessSafeKey};

use super::{CHUNK, CHUNK_BYTES, FileKey, TAG_BYTES, last_chunk, nonce, sealed_chunk, sealed_size};
use crate::envelope::{Context, aead};

/// Why a file did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// It is not what was sealed at this place, at this length.
    #[error("the sealed file was altered, cut or moved")]
    Altered,
    /// The range reaches past the end.
    #[error("the file has no such bytes")]
    OutOfRange,
}

/// A sealed file of which nobody knows yet whether it is whole. It gives nothing until its end was looked at.
pub struct StreamOpener(pub(super) Keyed);

/// A sealed file that ends where it should. Gives any part of it.
pub struct VerifiedStream(pub(super) Keyed);

/// Opens a part of a file, as it comes. Holds a chunk of it at most.
pub struct RangeOpener {
    keyed: Keyed,
    /// The chunk that comes next, and the last of the part.
    next: u64,
    last: u64,
    /// Of the next chunk, as far as it has come.
    held: Vec<u8>,
    /// To leave out of the next chunk, and to give in all.
    skip: usize,
    left: u64,
    sealed_bytes: Range<u64>,
}

pub(super) struct Keyed {
    key: LessSafeKey,
    place: Vec<u8>,
    size_bytes: u64,
}

impl StreamOpener {
    /// A file of `size_bytes` at `place`, that `key` sealed.
    pub fn new(key: &FileKey, place: &Context<'_>, size_bytes: u64) -> Self {
        Self(Keyed {
            key: aead(key.0.expose()),
            place: place.stream_data(),
            size_bytes,
        })
    }

    /// How long its sealed form has to be.
    pub const fn sealed_size(&self) -> u64 {
        sealed_size(self.0.size_bytes)
    }

    /// Where in its sealed form the last chunk stands.
    pub fn end(&self) -> Range<u64> {
        sealed_chunk(self.0.size_bytes, last_chunk(self.0.size_bytes))
    }

    /// Looks at the last chunk: it opens only as the last, and only at the length that the file is said to have.
    pub fn verify_end(self, mut end: Vec<u8>) -> Result<VerifiedStream, StreamError> {
        self.0.open(last_chunk(self.0.size_bytes), &mut end)?;
        Ok(VerifiedStream(self.0))
    }
}

impl VerifiedStream {
    /// Opens `length_bytes` from `offset_bytes` on.
    pub fn range(self, offset_bytes: u64, length_bytes: u64) -> Result<RangeOpener, StreamError> {
        let size_bytes = self.0.size_bytes;
        let end = offset_bytes
            .checked_add(length_bytes)
            .filter(|end| *end <= size_bytes)
            .ok_or(StreamError::OutOfRange)?;
        // Of nothing, one chunk is opened all the same.
        let first = offset_bytes.min(size_bytes.saturating_sub(1)) / CHUNK;
        let last = end
            .saturating_sub(1)
            .max(offset_bytes.min(size_bytes.saturating_sub(1)))
            / CHUNK;
        let from = sealed_chunk(size_bytes, first).start;
        let to = sealed_chunk(size_bytes, last).end;
        let skip = usize::try_from(offset_bytes - first * CHUNK);
        Ok(RangeOpener {
            keyed: self.0,
            next: first,
            last,
            held: Vec::with_capacity(CHUNK_BYTES + TAG_BYTES),
            skip: skip.map_err(|_| StreamError::OutOfRange)?,
            left: length_bytes,
            sealed_bytes: from..to,
        })
    }
}

impl RangeOpener {
    /// Which bytes of the sealed form it takes, in order.
    pub fn sealed_bytes(&self) -> Range<u64> {
        self.sealed_bytes.clone()
    }

    /// Takes more of the sealed form, and adds to `out` what of it is opened: no byte that was not sealed there.
    pub fn write(&mut self, mut sealed: &[u8], out: &mut Vec<u8>) -> Result<(), StreamError> {
        while !sealed.is_empty() {
            let missing = self.missing()?;
            let (taken, rest) = sealed.split_at(missing.min(sealed.len()));
            self.held.extend_from_slice(taken);
            sealed = rest;
            if taken.len() == missing {
                self.open_held(out)?;
            }
        }
        Ok(())
    }

    /// Ends it: refused where something is missing.
    pub fn finish(self) -> Result<(), StreamError> {
        if self.next > self.last && self.left == 0 {
            Ok(())
        } else {
            Err(StreamError::Altered)
        }
    }

    /// Bytes until the next chunk is whole. After the last one there are none to come.
    fn missing(&self) -> Result<usize, StreamError> {
        if self.next > self.last {
            return Err(StreamError::Altered);
        }
        let chunk = sealed_chunk(self.keyed.size_bytes, self.next);
        let length = usize::try_from(chunk.end - chunk.start).map_err(|_| StreamError::Altered)?;
        Ok(length - self.held.len())
    }

    fn open_held(&mut self, out: &mut Vec<u8>) -> Result<(), StreamError> {
        let plain = self.keyed.open(self.next, &mut self.held)?;
        let (_, wanted) = plain.split_at(self.skip.min(plain.len()));
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let (wanted, _) = wanted.split_at(most.min(wanted.len()));
        out.extend_from_slice(wanted);
        self.left -= wanted.len() as u64;
        self.skip = 0;
        self.held.clear();
        self.next += 1;
        Ok(())
    }
}

impl Keyed {
    fn open<'a>(&self, number: u64, sealed: &'a mut [u8]) -> Result<&'a [u8], StreamError> {
        let chunk = sealed_chunk(self.size_bytes, number);
        if sealed.len() as u64 != chunk.end - chunk.start {
            return Err(StreamError::Altered);
        }
        let nonce = nonce(number, number == last_chunk(self.size_bytes));
        self.key
            .open_in_place(nonce, Aad::from(&self.place), sealed)
            .map(|plain| &*plain)
            .map_err(|_| StreamError::Altered)
    }
}

impl fmt::Debug for StreamOpener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamOpener({} bytes)", self.0.size_bytes)
    }
}

impl fmt::Debug for VerifiedStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifiedStream({} bytes)", self.0.size_bytes)
    }
}

impl fmt::Debug for RangeOpener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RangeOpener({} bytes to come)", self.left)
    }
}
