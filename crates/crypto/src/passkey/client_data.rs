use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::{PasskeyError, RelyingParty};
use crate::digest;

/// How long a challenge is, in bytes.
pub const CHALLENGE_BYTES: usize = 32;
/// Longer than any browser writes.
const MAX_BYTES: usize = 4_096;

/// The random number that an answer is for.
pub type Challenge = [u8; CHALLENGE_BYTES];

/// What the browser says an authenticator was asked (WebAuthn 5.8.1): read, and not yet believed.
#[derive(Debug)]
pub(super) struct ClientData {
    said: Said,
    challenge: Challenge,
    hash: digest::Digest,
}

/// Other members are read over, as the specification asks.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    top_origin: Option<String>,
}

impl ClientData {
    pub(super) fn parse(json: &[u8]) -> Result<Self, PasskeyError> {
        if json.len() > MAX_BYTES {
            return Err(PasskeyError::Malformed);
        }
        let said: Said = serde_json::from_slice(json).map_err(|_| PasskeyError::Malformed)?;
        let challenge = URL_SAFE_NO_PAD
            .decode(&said.challenge)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(PasskeyError::Malformed)?;
        Ok(Self {
            said,
            challenge,
            hash: digest::sha256(json),
        })
    }

    pub(super) const fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// What the authenticator signs of it.
    pub(super) const fn hash(&self) -> &digest::Digest {
        &self.hash
    }

    /// WebAuthn 7.1 steps 7 to 11, 7.2 steps 10 to 14: the ceremony, and where it was held.
    pub(super) fn check(&self, ceremony: &str, party: &RelyingParty) -> Result<(), PasskeyError> {
        if self.said.r#type != ceremony {
            return Err(PasskeyError::OtherCeremony);
        }
        // No page of ours is ever shown inside another one (frame-ancestors 'none').
        let is_framed = self.said.cross_origin || self.said.top_origin.is_some();
        if is_framed || self.said.origin != party.origin {
            return Err(PasskeyError::OtherOrigin);
        }
        Ok(())
    }
}
