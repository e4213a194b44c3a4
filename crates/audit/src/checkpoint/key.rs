use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, ParsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::Secret;

/// The signature type of Ed25519 (C2SP signed-note).
const ED25519_TYPE: u8 = 0x01;

/// The name of a log and of its key, such as `countersign.example/audit`: a URL without its scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyName(String);

/// A key is not usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The name is empty or has spaces, control characters or a plus sign.
    #[error("a key's name is not empty and has no spaces, control characters or plus signs")]
    Name,
    /// The text of the verifier key is not `name+hash+base64`, or its hash is of another key.
    #[error("not a verifier key of the form name+hash+base64 for Ed25519")]
    Malformed,
    /// The key material is refused.
    #[error("not an Ed25519 key")]
    Material,
}

impl KeyError {
    /// A stable code, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Name => "audit.key_name",
            Self::Malformed => "audit.key_malformed",
            Self::Material => "audit.key_material",
        }
    }
}

/// The key that signs checkpoints. Whoever has it can rewrite the log for those who saved no
/// checkpoint.
pub struct SigningKey {
    name: KeyName,
    pair: Ed25519KeyPair,
    id: [u8; 4],
}

/// The key that checkpoints are verified with. Its text form, `name+hash+base64`, is what an
/// operator hands out; Go's `note` package and others read it.
#[derive(Clone)]
pub struct VerifierKey {
    name: KeyName,
    public: [u8; 32],
    parsed: ParsedPublicKey,
    id: [u8; 4],
}

/// SHA-256 of name, newline, type and public key; its first four bytes (C2SP signed-note).
fn key_id(name: &KeyName, public: &[u8]) -> [u8; 4] {
    let material = [name.0.as_bytes(), b"\n", &[ED25519_TYPE], public].concat();
    let mut id = [0; 4];
    id.copy_from_slice(&digest(&SHA256, &material).as_ref()[..4]);
    id
}

impl KeyName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyName {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let wrong = |letter: char| letter == '+' || letter.is_whitespace() || letter.is_control();
        if text.is_empty() || text.contains(wrong) {
            return Err(KeyError::Name);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl SigningKey {
    /// The key of a 32-byte seed (RFC 8032 5.1.5).
    pub fn from_seed(name: KeyName, seed: &Secret<[u8; 32]>) -> Result<Self, KeyError> {
        let pair =
            Ed25519KeyPair::from_seed_unchecked(seed.expose()).map_err(|_| KeyError::Material)?;
        let id = key_id(&name, pair.public_key().as_ref());
        Ok(Self { name, pair, id })
    }

    /// The name of the key and of the log.
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// What this key's signatures are verified with.
    #[expect(
        clippy::missing_panics_doc,
        reason = "a public key that was made here is one"
    )]
    #[expect(clippy::expect_used, reason = "a public key that was made here is one")]
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey::new(self.name.clone(), self.pair.public_key().as_ref())
            .expect("the public half of a key is a key")
    }

    pub(super) const fn id(&self) -> [u8; 4] {
        self.id
    }

    pub(super) fn sign(&self, text: &[u8]) -> Vec<u8> {
        self.pair.sign(text).as_ref().to_vec()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.name)
    }
}

impl VerifierKey {
    fn new(name: KeyName, public: &[u8]) -> Result<Self, KeyError> {
        let public: [u8; 32] = public.try_into().map_err(|_| KeyError::Material)?;
        let parsed = ParsedPublicKey::new(&ED25519, public).map_err(|_| KeyError::Material)?;
        let id = key_id(&name, &public);
        Ok(Self {
            name,
            public,
            parsed,
            id,
        })
    }

    /// The name of the key and of the log.
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    pub(super) const fn id(&self) -> [u8; 4] {
        self.id
    }

    pub(super) fn accepts(&self, text: &[u8], signature: &[u8]) -> bool {
        self.parsed.verify_sig(text, signature).is_ok()
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        // The base64 may have plus signs of its own: the first two separate.
        let mut parts = text.trim_end().splitn(3, '+');
        let mut next = || parts.next().ok_or(KeyError::Malformed);
        let (name, id, material) = (next()?.parse()?, next()?, next()?);
        let material = STANDARD.decode(material).map_err(|_| KeyError::Malformed)?;
        let [ED25519_TYPE, public @ ..] = material.as_slice() else {
            return Err(KeyError::Malformed);
        };
        let key = Self::new(name, public)?;
        // Guards against a name and a key that were pasted together from two texts.
        if id != format!("{:08x}", u32::from_be_bytes(key.id)) {
            return Err(KeyError::Malformed);
        }
        Ok(key)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let material = [&[ED25519_TYPE], self.public.as_slice()].concat();
        let (id, material) = (u32::from_be_bytes(self.id), STANDARD.encode(material));
        write!(f, "{}+{id:08x}+{material}", self.name)
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verifier_key_reads_back_from_its_text() {
        let signing =
            SigningKey::from_seed("log.example/audit".parse().unwrap(), &[7; 32].into()).unwrap();
        let text = signing.verifier().to_string();
        assert_eq!(text.parse::<VerifierKey>().unwrap().to_string(), text);
    }

    #[test]
    fn a_key_under_another_name_hash_or_type_is_refused() {
        let good = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        assert_eq!(good.parse::<VerifierKey>().unwrap().to_string(), good);
        for bad in [
            "PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
            "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a3",
            "",
        ] {
            assert!(bad.parse::<VerifierKey>().is_err(), "{bad} was accepted");
        }
    }

    #[test]
    fn a_signing_key_never_shows_its_seed() {
        let key = SigningKey::from_seed("log".parse().unwrap(), &[0x41; 32].into()).unwrap();
        assert_eq!(format!("{key:?}"), "SigningKey(log)");
    }
}
