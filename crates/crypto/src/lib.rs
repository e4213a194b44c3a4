//! Digests, tokens, envelopes, blind indexes, files in chunks, signed values, canonical JSON, passkeys, ID tokens, and how
//! key management services are asked.
//!
//! Promises: does no IO; one provider (aws-lc-rs) does all the arithmetic; a ciphertext opens only
//! with the key id, tenant and place that it was sealed for; never tries a second key.

pub mod access_token;
pub mod app_key;
pub mod aws_signature;
pub mod blind_index;
pub mod canonical;
pub mod cookie;
pub mod digest;
pub mod envelope;
pub mod id_token;
pub mod passkey;
mod rs256;
pub mod service_account;
pub mod stream;
pub mod token;
pub mod totp;

pub use blind_index::{Attribute, BlindIndex};
pub use envelope::{Context, DataKey, KeyId, MasterKey, Sealed};
