//! Files of any size, sealed in chunks: STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, "Online Authenticated-Encryption
//! and its Nonce-Reuse Misuse-Resistance", 2015), as age has it, with AES-256-GCM.
//!
//! A file is cut into chunks of 64 KiB, the last of which may be shorter; an empty file is one empty chunk. Each is
//! sealed with the nonce `number (11 bytes, big endian) ‖ 1 for the last, else 0`, and followed by its tag of 16 bytes.
//! So a file that was cut, continued, or whose chunks were moved, repeated or left out does not open.
//!
//! Nonces are counted, not drawn: that is safe because a key seals one file alone. [`NewFileKey`] is made by chance and
//! used up by the [`StreamSealer`]; a key that is opened again, a [`FileKey`], has no way to seal. The associated data is
//! the file's place, so that a key and its bytes, put in the place of another file's, do not open either.

mod key;
mod open;
mod seal;
#[cfg(test)]
mod tests;

pub use key::{FileKey, NewFileKey};
pub use open::{RangeOpener, StreamError, StreamOpener, VerifiedStream};
pub use seal::StreamSealer;

use std::ops::Range;

use aws_lc_rs::aead::{NONCE_LEN, Nonce};

/// Bytes of a file in a chunk.
pub const CHUNK_BYTES: usize = 64 * 1024;
/// What a chunk grows by when it is sealed.
pub const TAG_BYTES: usize = 16;

const CHUNK: u64 = CHUNK_BYTES as u64;
const SEALED_CHUNK: u64 = (CHUNK_BYTES + TAG_BYTES) as u64;

/// How long a file of `size_bytes` is when it is sealed.
pub const fn sealed_size(size_bytes: u64) -> u64 {
    size_bytes.saturating_add((last_chunk(size_bytes) + 1).saturating_mul(TAG_BYTES as u64))
}

/// The number of the last chunk.
const fn last_chunk(size_bytes: u64) -> u64 {
    size_bytes.saturating_sub(1) / CHUNK
}

/// Where a chunk stands in the sealed form of a file of `size_bytes`.
fn sealed_chunk(size_bytes: u64, number: u64) -> Range<u64> {
    let start = number.saturating_mul(SEALED_CHUNK);
    start
        ..start
            .saturating_add(SEALED_CHUNK)
            .min(sealed_size(size_bytes))
}

fn nonce(number: u64, is_last: bool) -> Nonce {
    let mut bytes = [0_u8; NONCE_LEN];
    let (_, counted) = bytes.split_at_mut(NONCE_LEN - 9);
    for (place, byte) in counted
        .iter_mut()
        .zip(number.to_be_bytes().into_iter().chain([u8::from(is_last)]))
    {
        *place = byte;
    }
    Nonce::assume_unique_for_key(bytes)
}
