//! Passkeys: what a relying party checks of WebAuthn's ceremonies (Web Authentication Level 3, 7.1 and
//! 7.2).
//!
//! Nothing here remembers anything: that a challenge was made by us, is used once, and belongs to whoever
//! answers it, and that the counter went up, is for whoever keeps challenges and passkeys. Attestation is
//! not asked for, and its statement is read over: it says who made the authenticator, which opens nothing.

mod assertion;
mod authenticator_data;
mod client_data;
mod public_key;
mod registration;
#[cfg(test)]
mod tests;

pub use assertion::{Asserted, Assertion};
pub use client_data::{CHALLENGE_BYTES, Challenge};
pub use public_key::{ALGORITHMS, PublicKey};
pub use registration::{Registered, Registration};

/// What passkeys are made for and shown to: one host, at one origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    id: String,
    origin: String,
}

/// What somebody has to do at their authenticator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// Show it what only they know or are: the passkey then stands for both factors.
    Required,
    /// Touch it.
    Preferred,
}

/// Why an answer of an authenticator was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// Not of the form that the specification gives it, or larger than it can be.
    #[error("it is malformed")]
    Malformed,
    /// Of another kind of ceremony.
    #[error("it is of another ceremony")]
    OtherCeremony,
    /// Made on a page of another origin, or inside one.
    #[error("it was made for another site")]
    OtherOrigin,
    /// Signed for another relying party.
    #[error("it was signed for another site")]
    OtherParty,
    /// Nobody touched the authenticator.
    #[error("nobody was present")]
    NotPresent,
    /// The authenticator did not check who was there.
    #[error("the authenticator did not check who was there")]
    NotVerified,
    /// A key of a kind that was not asked for, or no sound one.
    #[error("the key is of no kind that is taken here")]
    Key,
    /// The key did not sign this.
    #[error("the signature is wrong")]
    Signature,
}

impl RelyingParty {
    /// The relying party of a host (`countersign.example`) that is reached at `origin`
    /// (`https://countersign.example`).
    pub fn new(host: &str, origin: &str) -> Self {
        Self {
            id: host.to_owned(),
            origin: origin.to_owned(),
        }
    }

    /// The RP ID: the host.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where its pages are.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}
