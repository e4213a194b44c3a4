use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{Context, SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A SHA-256 hash of the tree. In text it is standard base64 with padding, as in checkpoints.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

/// The text or the bytes are no SHA-256 hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 hash: 32 bytes, or 44 characters of base64")]
pub struct HashError;

/// The hash of a leaf: SHA-256 of 0x00 and the leaf's bytes (RFC 6962 2.1).
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    // The prefix keeps a leaf from passing for an interior node, and the other way round.
    hash(&[&[0x00], leaf])
}

/// The hash of an interior node: SHA-256 of 0x01, the left and the right child (RFC 6962 2.1).
pub fn node_hash(left: Hash, right: Hash) -> Hash {
    // One buffer, one call: an interior node is the inner loop of everything here.
    let mut bytes = [0_u8; 65];
    bytes[0] = 0x01;
    bytes[1..33].copy_from_slice(&left.0);
    bytes[33..].copy_from_slice(&right.0);
    wrap(digest(&SHA256, &bytes).as_ref())
}

/// The root of the tree without leaves: SHA-256 of nothing (RFC 6962 2.1).
pub fn empty_root() -> Hash {
    hash(&[])
}

fn hash(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    wrap(context.finish().as_ref())
}

fn wrap(digest: &[u8]) -> Hash {
    let mut bytes = [0_u8; 32];
    bytes.copy_from_slice(digest);
    Hash(bytes)
}

impl Hash {
    /// Wraps the 32 bytes of a hash.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = HashError;

    fn try_from(bytes: &[u8]) -> Result<Self, HashError> {
        bytes.try_into().map(Self).map_err(|_| HashError)
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        // Strict decoding: a hash has one text, so that texts may be compared.
        let bytes = STANDARD.decode(text).map_err(|_| HashError)?;
        Self::try_from(bytes.as_slice())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_6962_2_1_the_published_hashes_hold() {
        let hex_of = |hash: Hash| hex::encode(hash.as_bytes());
        assert_eq!(
            hex_of(empty_root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            hex_of(leaf_hash(b"")),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        assert_eq!(
            hex_of(node_hash(leaf_hash(b""), leaf_hash(&[0x00]))),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
        );
    }

    #[test]
    fn a_leaf_that_spells_an_interior_node_has_another_hash() {
        let (left, right) = (leaf_hash(b"left"), leaf_hash(b"right"));
        let spelled = [left.as_bytes().as_slice(), right.as_bytes()].concat();
        assert_ne!(leaf_hash(&spelled), node_hash(left, right));
    }

    #[test]
    fn a_hash_has_exactly_one_text() {
        let hash = leaf_hash(b"one");
        let text = hash.to_string();
        assert_eq!(text.parse(), Ok(hash));
        let unpadded = text.trim_end_matches('=');
        assert_eq!(unpadded.parse::<Hash>(), Err(HashError));
        assert_eq!(format!("{text}\n").parse::<Hash>(), Err(HashError));
    }
}
