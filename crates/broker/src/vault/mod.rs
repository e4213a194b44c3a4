//! Sealed values: a master key wraps a data key per tenant and purpose, which seals each value to
//! its place. Only this module opens them, and only for the call at hand.

mod data_key;
mod master_key_file;
mod payloads;
mod secrets;
mod signing_key;
mod token_key;

pub use master_key_file::{MasterKeyFileError, load_or_make};
pub use signing_key::{SigningKeyError, audit_signing_key};

pub(crate) use data_key::VaultError;
pub(crate) use payloads::SealedPayload;
pub(crate) use secrets::Field;

use std::sync::Arc;

use crypto::MasterKey;

/// The vault of one broker process.
#[derive(Debug, Clone)]
pub struct Vault {
    master: Arc<MasterKey>,
}

impl Vault {
    /// A vault under `master`.
    pub fn new(master: MasterKey) -> Self {
        Self {
            master: Arc::new(master),
        }
    }

    pub(crate) fn master(&self) -> &MasterKey {
        &self.master
    }
}
