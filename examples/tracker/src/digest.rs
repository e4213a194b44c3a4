use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};

/// SHA-256 of a secret: what is kept in place of passwords, client secrets, codes and tokens.
///
/// Digests of high-entropy tokens are looked up and persisted; those of the owner's password and
/// the client's secret stay in memory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// The secret holds nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret must not be empty")]
pub struct EmptySecret;

impl Digest {
    /// The digest of any bytes.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        let mut out = [0_u8; 32];
        out.copy_from_slice(digest(&SHA256, bytes.as_ref()).as_ref());
        Self(out)
    }

    /// A digest that somebody else computed.
    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest of a secret.
    ///
    /// # Errors
    /// [`EmptySecret`]: an empty secret would let anybody in.
    pub fn of_secret(secret: &str) -> Result<Self, EmptySecret> {
        if secret.is_empty() {
            Err(EmptySecret)
        } else {
            Ok(Self::of(secret))
        }
    }

    /// Whether `attempt` is the secret. The time it takes tells neither how much of it is right nor
    /// how long the secret is, since two digests are compared.
    pub fn matches(&self, attempt: &str) -> bool {
        verify_slices_are_equal(&self.0, &Self::of(attempt).0).is_ok()
    }

    /// The digest itself.
    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest")
    }
}

impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut out = [0_u8; 32];
        hex::decode_to_slice(text, &mut out).map_err(serde::de::Error::custom)?;
        Ok(Self(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_secret_itself_matches() {
        let digest = Digest::of_secret("correct horse").unwrap();
        assert!(digest.matches("correct horse"));
        assert!(!digest.matches("correct hors"));
        assert!(!digest.matches(""));
    }

    #[test]
    fn an_empty_secret_is_refused() {
        assert_eq!(Digest::of_secret(""), Err(EmptySecret));
    }

    #[test]
    fn a_digest_survives_json_and_shows_nothing_in_debug_output() {
        let digest = Digest::of("abc");
        let json = serde_json::to_string(&digest).unwrap();
        // FIPS 180-4, SHA-256 of "abc".
        assert_eq!(
            json,
            "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""
        );
        assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
        assert_eq!(format!("{digest:?}"), "Digest");
    }
}
