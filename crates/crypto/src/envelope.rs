//! Envelope encryption: a master key wraps a data key per tenant and purpose, which seals values.
//!
//! AES-256-GCM (NIST SP 800-38D) with a fresh random 96-bit nonce per seal; the key's id and the
//! place of the value are associated data, so that a ciphertext moved to another tenant, table,
//! column, row or version does not open (VA-01). The key id says which key to use: no second key
//! is ever tried.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::Prk;
use kernel::{Chance, Secret};
use zeroize::Zeroize as _;

use crate::blind_index;
use crate::digest::sha256;

/// Where a sealed value lives. Part of what is authenticated, never stored beside the ciphertext.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The text form of the organisation's id.
    pub tenant: &'a str,
    /// `schema.table`
    pub table: &'a str,
    /// The column, or the field where one column holds several.
    pub field: &'a str,
    /// The text form of the row's key.
    pub row: &'a str,
    /// Counts up with each new value of this field, so that an older one cannot be put back.
    pub version: i32,
}

impl Context<'_> {
    /// The place and the key's name in one form, in which no two of them are alike.
    pub fn associated_data(&self, key: &KeyId) -> Vec<u8> {
        self.encoded(b"countersign/envelope/1", Some(key.as_str()))
    }

    /// The place alone, for the chunks of a file: their key is of one file, and has no name.
    pub(crate) fn stream_data(&self) -> Vec<u8> {
        self.encoded(b"countersign/stream/1", None)
    }

    fn encoded(&self, form: &[u8], key: Option<&str>) -> Vec<u8> {
        let version = self.version.to_string();
        let mut out = form.to_vec();
        let place = [self.tenant, self.table, self.field, self.row, &version];
        for part in key.into_iter().chain(place) {
            // Length first: ("ab", "c") and ("a", "bc") must not look alike.
            out.extend_from_slice(&(part.len() as u64).to_be_bytes());
            out.extend_from_slice(part.as_bytes());
        }
        out
    }
}

/// Names a key: a master key by who keeps it and which it is (`file:` and a digest of it), a data key by chance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyId(String);

impl KeyId {
    /// Wraps a stored id.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The stored form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A nonce and a ciphertext with its tag.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    bytes: Vec<u8>,
}

impl Sealed {
    /// Takes the stored form: nonce, then ciphertext and tag.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// The stored form: nonce, then ciphertext and tag.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.bytes.len())
    }
}

/// Why a value did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It was sealed under another key than the one at hand.
    #[error("the value was sealed under another key")]
    OtherKey,
    /// The ciphertext, its place or its key is not what was sealed.
    #[error("the sealed value was altered or moved")]
    Altered,
}

/// Wraps data keys. Held by the broker alone, from its key file.
pub struct MasterKey {
    id: KeyId,
    key: LessSafeKey,
}

/// Seals values of one tenant for one purpose, or the server's own.
pub struct DataKey {
    id: KeyId,
    key: LessSafeKey,
    indexes: Prk,
}

impl MasterKey {
    /// A master key from 32 secret bytes. Its id is `file:` and a digest of them.
    pub fn new(bytes: &Secret<[u8; 32]>) -> Self {
        let mut named = b"countersign/master-key-id/1".to_vec();
        named.extend_from_slice(bytes.expose());
        let digest = sha256(&named);
        named.zeroize();
        let (face, _) = digest.split_at(8);
        Self {
            id: KeyId::new(format!("file:{}", hex::encode(face))),
            key: aead(bytes.expose()),
        }
    }

    /// Its name in stored rows.
    pub const fn id(&self) -> &KeyId {
        &self.id
    }

    /// Wraps the bytes of a data key for the place `context`.
    pub fn wrap(
        &self,
        data_key: &Secret<[u8; 32]>,
        context: &Context<'_>,
        chance: &dyn Chance,
    ) -> Sealed {
        seal(&self.key, &self.id, data_key.expose(), context, chance)
    }

    /// The bytes of a data key that `wrapped_by` wrapped.
    pub fn unwrap(
        &self,
        wrapped_by: &KeyId,
        wrapped: &Sealed,
        context: &Context<'_>,
    ) -> Result<Secret<[u8; 32]>, OpenError> {
        let plain = open(&self.key, &self.id, wrapped_by, wrapped, context)?;
        let bytes = plain.expose().as_slice().try_into();
        Ok(Secret::new(bytes.map_err(|_| OpenError::Altered)?))
    }
}

impl DataKey {
    /// The data key of that name, from its 32 secret bytes.
    pub fn new(id: KeyId, bytes: &Secret<[u8; 32]>) -> Self {
        Self {
            id,
            key: aead(bytes.expose()),
            indexes: blind_index::extract(bytes.expose()),
        }
    }

    /// What the keys of its blind indexes are derived from.
    pub(crate) const fn indexes(&self) -> &Prk {
        &self.indexes
    }

    /// Its name in stored rows.
    pub const fn id(&self) -> &KeyId {
        &self.id
    }

    /// Seals `plain` for the place `context`.
    pub fn seal(&self, plain: &[u8], context: &Context<'_>, chance: &dyn Chance) -> Sealed {
        seal(&self.key, &self.id, plain, context, chance)
    }

    /// Opens what the key `sealed_by` sealed for the place `context`.
    pub fn open(
        &self,
        sealed_by: &KeyId,
        sealed: &Sealed,
        context: &Context<'_>,
    ) -> Result<Secret<Vec<u8>>, OpenError> {
        open(&self.key, &self.id, sealed_by, sealed, context)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id.as_str())
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({})", self.id.as_str())
    }
}

#[expect(
    clippy::expect_used,
    reason = "32 bytes are the length that AES-256 takes"
)]
pub(crate) fn aead(bytes: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes).expect("32 bytes make an AES-256 key"))
}

#[expect(
    clippy::expect_used,
    reason = "GCM fails only past 64 GiB, far over every size limit here"
)]
fn seal(
    key: &LessSafeKey,
    id: &KeyId,
    plain: &[u8],
    context: &Context<'_>,
    chance: &dyn Chance,
) -> Sealed {
    let mut nonce = [0_u8; NONCE_LEN];
    chance.fill(&mut nonce);
    let mut bytes = Vec::with_capacity(NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(plain);
    let (_, message) = bytes.split_at_mut(NONCE_LEN);
    let tag = key
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(context.associated_data(id)),
            message,
        )
        .expect("the value is under 64 GiB");
    bytes.extend_from_slice(tag.as_ref());
    Sealed { bytes }
}

fn open(
    key: &LessSafeKey,
    id: &KeyId,
    sealed_by: &KeyId,
    sealed: &Sealed,
    context: &Context<'_>,
) -> Result<Secret<Vec<u8>>, OpenError> {
    if id != sealed_by {
        return Err(OpenError::OtherKey);
    }
    let (nonce, message) = sealed
        .bytes
        .split_at_checked(NONCE_LEN)
        .ok_or(OpenError::Altered)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| OpenError::Altered)?;
    let mut plain = message.to_vec();
    let length = key
        .open_in_place(nonce, Aad::from(context.associated_data(id)), &mut plain)
        .map_err(|_| OpenError::Altered)?
        .len();
    plain.truncate(length);
    Ok(Secret::new(plain))
}

#[cfg(test)]
mod tests {
    use kernel::SystemRng;

    use super::*;

    const HOME: Context<'static> = Context {
        tenant: "org_a",
        table: "broker.secrets",
        field: "access_token",
        row: "con_1",
        version: 1,
    };

    fn data_key() -> DataKey {
        DataKey::new(KeyId::new("dek_1"), &Secret::new([3; 32]))
    }

    #[test]
    fn a_value_opens_where_it_was_sealed() {
        let key = data_key();
        let sealed = key.seal(b"token", &HOME, &SystemRng);
        assert_eq!(
            key.open(key.id(), &sealed, &HOME).unwrap().expose(),
            b"token"
        );
    }

    #[test]
    fn a_value_moved_to_any_other_place_does_not_open() {
        let key = data_key();
        let sealed = key.seal(b"token", &HOME, &SystemRng);
        for elsewhere in [
            Context {
                tenant: "org_b",
                ..HOME
            },
            Context {
                table: "broker.clients",
                ..HOME
            },
            Context {
                field: "refresh_token",
                ..HOME
            },
            Context {
                row: "con_2",
                ..HOME
            },
            Context { version: 2, ..HOME },
            // The same letters, cut elsewhere.
            Context {
                table: "broker.secretsa",
                field: "ccess_token",
                ..HOME
            },
        ] {
            assert_eq!(
                key.open(key.id(), &sealed, &elsewhere).unwrap_err(),
                OpenError::Altered
            );
        }
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let key = data_key();
        let sealed = key.seal(b"token", &HOME, &SystemRng);
        for bit in 0..sealed.as_bytes().len() * 8 {
            let mut bytes = sealed.as_bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let flipped = Sealed::from_bytes(bytes);
            assert_eq!(
                key.open(key.id(), &flipped, &HOME).unwrap_err(),
                OpenError::Altered
            );
        }
    }

    #[test]
    fn every_truncation_is_noticed() {
        let key = data_key();
        let sealed = key.seal(b"token", &HOME, &SystemRng);
        for length in 0..sealed.as_bytes().len() {
            let cut = Sealed::from_bytes(sealed.as_bytes()[..length].to_vec());
            assert_eq!(
                key.open(key.id(), &cut, &HOME).unwrap_err(),
                OpenError::Altered
            );
        }
    }

    #[test]
    fn equal_values_have_unequal_ciphertexts() {
        let key = data_key();
        assert_ne!(
            key.seal(b"x", &HOME, &SystemRng),
            key.seal(b"x", &HOME, &SystemRng)
        );
    }

    #[test]
    fn a_data_key_opens_only_under_the_master_key_that_wrapped_it() {
        let right = MasterKey::new(&Secret::new([1; 32]));
        let wrong = MasterKey::new(&Secret::new([2; 32]));
        let wrapped = right.wrap(&Secret::new([3; 32]), &HOME, &SystemRng);
        let opened = right.unwrap(right.id(), &wrapped, &HOME).unwrap();
        assert_eq!(*opened.expose(), [3; 32]);
        let opened = wrong.unwrap(right.id(), &wrapped, &HOME);
        assert_eq!(opened.unwrap_err(), OpenError::OtherKey);
        // Even one that claims the other's id.
        let opened = wrong.unwrap(wrong.id(), &wrapped, &HOME);
        assert_eq!(opened.unwrap_err(), OpenError::Altered);
    }
}
