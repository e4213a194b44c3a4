use std::fmt;

use aws_lc_rs::aead::{Aad, LessSafeKey};

use super::{CHUNK_BYTES, NewFileKey, nonce};
use crate::envelope::{Context, aead};

/// Seals one file, as it comes. Holds a chunk of it at most.
pub struct StreamSealer {
    key: LessSafeKey,
    place: Vec<u8>,
    number: u64,
    size_bytes: u64,
    /// What is not sealed yet: it may be the last chunk.
    held: Vec<u8>,
}

impl StreamSealer {
    /// Seals a file at `place` by `key`, which is used up.
    pub fn new(key: NewFileKey, place: &Context<'_>) -> Self {
        Self {
            key: aead(key.0.expose()),
            place: place.stream_data(),
            number: 0,
            size_bytes: 0,
            held: Vec::with_capacity(CHUNK_BYTES),
        }
    }

    /// Takes more of the file, and adds to `out` what of it is sealed.
    pub fn write(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        self.size_bytes = self.size_bytes.saturating_add(bytes.len() as u64);
        while !bytes.is_empty() {
            if self.held.len() == CHUNK_BYTES {
                self.seal_held(false, out);
            }
            let room = CHUNK_BYTES - self.held.len();
            let (taken, rest) = bytes.split_at(room.min(bytes.len()));
            self.held.extend_from_slice(taken);
            bytes = rest;
        }
    }

    /// Ends the file, and adds its last chunk to `out`. Returns how long the file is.
    pub fn finish(mut self, out: &mut Vec<u8>) -> u64 {
        self.seal_held(true, out);
        self.size_bytes
    }

    #[expect(
        clippy::expect_used,
        reason = "GCM fails only past 64 GiB, far over a chunk"
    )]
    fn seal_held(&mut self, is_last: bool, out: &mut Vec<u8>) {
        let tag = self
            .key
            .seal_in_place_separate_tag(
                nonce(self.number, is_last),
                Aad::from(&self.place),
                &mut self.held,
            )
            .expect("a chunk is under 64 GiB");
        out.extend_from_slice(&self.held);
        out.extend_from_slice(tag.as_ref());
        self.held.clear();
        self.number += 1;
    }
}

impl fmt::Debug for StreamSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamSealer({} bytes so far)", self.size_bytes)
    }
}
