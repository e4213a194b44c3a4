//! What a front asks of the broker, and what it hears. One request and one answer a connection,
//! each a length (32 bits, big endian) and that many bytes of JSON. Only a file's pieces come beside them: between two
//! answers where it is put, and after the one where it is got (`socket::pieces`).
//!
//! A request names a credential, never an organisation: the broker binds its own transactions with
//! it, so that a stolen front reaches no further here than in the database.

mod answer;
mod call;
mod issuer;
mod key_of;
mod leaves;
mod passkey;

use std::fmt;

use kernel::{Scope, TokenHash};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use zeroize::Zeroize;

pub use answer::Answer;
pub use call::Call;
pub use issuer::{
    DomainState, IssuerFace, IssuerFinished, IssuerPurpose, IssuerReturned, ProviderSaid,
};
pub use key_of::KeyOf;
pub use passkey::{
    Binary, KnownPasskey, NewPasskeyAnswer, PasskeyAnswer, PasskeyAsked, PasskeyPurpose,
    PasskeyUser, SessionToBegin,
};

/// A request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// On whose behalf.
    pub on_behalf: OnBehalf,
    /// What to do.
    pub call: Call,
}

/// A credential, by its hash.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", content = "hash", rename_all = "snake_case")]
pub enum OnBehalf {
    /// Nobody whom a row is of: visitors, clients that ask for a token, keys of other kinds, and the self-test. Each call
    /// says for itself whether it answers them.
    Nobody,
    /// A session's.
    Session(HashText),
    /// That of a session that owes its second factor.
    HalfSession(HashText),
    /// That of a session of somebody in no organisation.
    LoneSession(HashText),
    /// An API key's.
    ApiKey(HashText),
    /// An access token's.
    AccessToken(HashText),
    /// A job's.
    Job(HashText),
}

/// SHA-256 of a token, in hexadecimal on the wire.
#[derive(Debug, Clone, Copy)]
pub struct HashText(TokenHash);

/// A secret on its way to the broker: wiped after use, never printed.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretText(String);

/// How a code did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Tried {
    /// It was right, and has been used.
    Right,
    /// It was wrong, or used before.
    Wrong,
    /// Nobody looked: there were too many wrong ones.
    Wait {
        /// How long.
        seconds: u32,
    },
    /// The person has no authenticator.
    None,
}

/// A mail that a development server holds in place of sending it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldMail {
    /// To whom it would have gone.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// The kept part of an answer to a read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadAnswer {
    /// The fields that the manifest keeps.
    pub kept: Value,
    /// What asks for the next page; nothing on the last.
    pub next: Option<NextCall>,
    /// Where the app asks for a pause before the next call, in seconds.
    pub wait_seconds: Option<u64>,
}

/// The call that gives the next page of what a read gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextCall {
    /// The same operation, or the one that gives its further pages.
    pub operation: String,
    /// Its arguments, as the text of a JSON object.
    pub arguments: String,
}

/// The request that an approval stands for, without the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownRequest {
    /// What the operation does, in words.
    pub title: String,
    /// The app's name for people.
    pub app_name: String,
    /// `POST`
    pub method: String,
    /// The whole address.
    pub url: String,
    /// Headers that are sent, without the credential.
    pub headers: Vec<(String, String)>,
    /// The exact bytes of the body: canonical JSON.
    pub body: Option<String>,
    /// The canonical document that the hash is over (RFC 8785).
    pub document: String,
    /// SHA-256 of the document, in hexadecimal.
    pub payload_hash: String,
}

/// An attack of the self-test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attack {
    /// The claim that it attacks, such as `CO-05`.
    pub claim: String,
    /// What was tried, such as `undeclared_operation`.
    pub name: String,
    /// Whether it was withstood.
    pub withstood: bool,
    /// What happened.
    pub detail: String,
}

/// Why a call was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// A stable code.
    pub code: String,
    /// A sentence without content or secrets.
    pub message: String,
    /// Where the app asks for a pause, in seconds.
    pub wait_seconds: Option<u64>,
    /// The HTTP status, where the app answered.
    pub status: Option<u16>,
}

impl OnBehalf {
    /// The wire form of a scope.
    pub const fn of(scope: &Scope) -> Self {
        match scope {
            // The broker acts for people: a key that nobody stands behind is nobody to it. A turn to refresh is
            // taken by a broker for itself.
            Scope::Anonymous
            | Scope::ServiceKey(_)
            | Scope::AnonymousKey { .. }
            | Scope::Turn(_) => Self::Nobody,
            Scope::Session(hash) => Self::Session(HashText(*hash)),
            Scope::HalfSession(hash) => Self::HalfSession(HashText(*hash)),
            Scope::LoneSession(hash) => Self::LoneSession(HashText(*hash)),
            Scope::ApiKey(hash) => Self::ApiKey(HashText(*hash)),
            Scope::AccessToken(hash) => Self::AccessToken(HashText(*hash)),
            Scope::Job(hash) => Self::Job(HashText(*hash)),
        }
    }

    /// The scope to bind with.
    pub const fn scope(&self) -> Scope {
        match self {
            Self::Nobody => Scope::Anonymous,
            Self::Session(hash) => Scope::Session(hash.0),
            Self::HalfSession(hash) => Scope::HalfSession(hash.0),
            Self::LoneSession(hash) => Scope::LoneSession(hash.0),
            Self::ApiKey(hash) => Scope::ApiKey(hash.0),
            Self::AccessToken(hash) => Scope::AccessToken(hash.0),
            Self::Job(hash) => Scope::Job(hash.0),
        }
    }
}

impl HashText {
    /// The hash.
    pub const fn hash(&self) -> TokenHash {
        self.0
    }
}

impl From<TokenHash> for HashText {
    fn from(hash: TokenHash) -> Self {
        Self(hash)
    }
}

impl Serialize for HashText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_hex())
    }
}

impl<'de> Deserialize<'de> for HashText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut digest = [0_u8; 32];
        hex::decode_to_slice(text, &mut digest).map_err(serde::de::Error::custom)?;
        Ok(Self(TokenHash::from_digest(digest)))
    }
}

impl SecretText {
    /// Takes a secret for the wire.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret, for the vault.
    pub fn into_secret(mut self) -> kernel::Secret<String> {
        kernel::Secret::new(std::mem::take(&mut self.0))
    }
}

impl Drop for SecretText {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText")
    }
}

impl Failure {
    /// A failure with a stable code and a sentence.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            wait_seconds: None,
            status: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_says_more_than_it_may_is_refused() {
        let text =
            r#"{"on_behalf":{"kind":"nobody"},"call":{"do":"self_test"},"organisation":"org_1"}"#;
        assert!(serde_json::from_str::<Request>(text).is_err());
        let text = r#"{"on_behalf":{"kind":"session","hash":"cafe"},"call":{"do":"self_test"}}"#;
        assert!(serde_json::from_str::<Request>(text).is_err());
    }

    #[test]
    fn a_scope_survives_the_wire() {
        let scope = Scope::ApiKey(TokenHash::from_digest([7; 32]));
        let text = serde_json::to_string(&OnBehalf::of(&scope)).unwrap();
        assert_eq!(
            serde_json::from_str::<OnBehalf>(&text).unwrap().scope(),
            scope
        );
    }
}
