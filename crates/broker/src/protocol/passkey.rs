use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::SessionId;
use serde::{Deserialize, Serialize};

use super::HashText;

/// Bytes; in base 64 for URLs in JSON, as WebAuthn writes them there (RFC 4648 5).
#[derive(Clone, PartialEq, Eq)]
pub struct Binary(Vec<u8>);

/// What a challenge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasskeyPurpose {
    /// To sign in with nothing else. Whoever asks is nobody yet.
    SignIn,
    /// To give the second factor, or a fresh proof, of the session that asks.
    Prove,
    /// To add a passkey.
    Add,
}

/// What an authenticator is to be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyAsked {
    /// What it signs.
    pub challenge: Binary,
    /// The RP ID: the host that passkeys are made for.
    pub party: String,
    /// Where it must be asked: the origin of this server's pages.
    pub origin: String,
    /// Whose passkey it is to be; nothing when signing in.
    pub user: Option<PasskeyUser>,
    /// Those that the person has: one of them is asked for, or none of them is made again.
    pub known: Vec<KnownPasskey>,
    /// How long the challenge holds.
    pub seconds: u32,
}

/// Whom a passkey is for, as authenticators keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyUser {
    /// What they are recognised by.
    pub handle: Binary,
    /// What they are shown as: their address.
    pub name: String,
}

/// A passkey that is kept here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownPasskey {
    /// What its authenticator calls it.
    pub id: Binary,
    /// How a browser reaches that one: `internal`, `usb`.
    pub transports: Vec<String>,
}

/// What an authenticator answers that made a passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPasskeyAnswer {
    /// `clientDataJSON`
    pub client_data: Binary,
    /// `attestationObject`
    pub attestation_object: Binary,
    /// `getTransports()`
    pub transports: Vec<String>,
    /// What the person calls it: 1 to 60 characters.
    pub name: String,
}

/// What an authenticator answers that was asked for a passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyAnswer {
    /// `rawId`
    pub id: Binary,
    /// `clientDataJSON`
    pub client_data: Binary,
    /// `authenticatorData`
    pub authenticator_data: Binary,
    /// `signature`
    pub signature: Binary,
    /// `userHandle`; always there when signing in.
    pub user_handle: Option<Binary>,
}

/// A session that is to begin if a passkey is right.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionToBegin {
    /// Its identifier.
    pub id: SessionId,
    /// The hash of its token.
    pub token: HashText,
    /// What the client calls itself.
    pub client: String,
    /// Where it is.
    pub address: String,
    /// A digest of what only its browser keeps.
    pub device_hash: Binary,
    /// When it ends by itself.
    pub lifetime_seconds: i32,
}

impl Binary {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Binary {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Serialize for Binary {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| serde::de::Error::custom("not base64url without padding"))?;
        Ok(Self(bytes))
    }
}

impl fmt::Debug for Binary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Binary({} bytes)", self.0.len())
    }
}
