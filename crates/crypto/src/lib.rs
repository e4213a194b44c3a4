//! Digests, tokens, envelopes, signed values and canonical JSON.
//!
//! Promises: does no IO; one provider (aws-lc-rs) does all the arithmetic; a ciphertext opens only
//! with the key id, tenant and place that it was sealed for; never tries a second key.

pub mod access_token;
pub mod canonical;
pub mod cookie;
pub mod digest;
pub mod envelope;
pub mod token;
pub mod totp;

pub use envelope::{Context, DataKey, KeyId, MasterKey, Sealed};
