//! Sealed values: a master key wraps a data key per tenant and purpose, and one of the server's own,
//! which seal each value to its place. Only this module opens them, and only for the call at hand.

mod data_key;
mod kek;
mod master_key_file;
mod payloads;
mod reseal;
mod secrets;
mod server_key;
mod signing_key;
mod token_key;

pub use kek::Kek;
pub use master_key_file::{MasterKeyFile, MasterKeyFileError};
pub use signing_key::{SigningKeyError, audit_signing_key};

pub(crate) use data_key::{KeyOwner, VaultError};
pub(crate) use kek::KekError;
pub(crate) use payloads::SealedPayload;
pub(crate) use reseal::{StoredValue, reseal};
pub(crate) use secrets::Field;

use std::sync::Arc;

/// The vault of one broker process.
#[derive(Debug, Clone)]
pub struct Vault {
    kek: Arc<Kek>,
}

impl Vault {
    /// A vault whose data keys `kek` wraps.
    pub fn new(kek: Kek) -> Self {
        Self { kek: Arc::new(kek) }
    }

    pub(crate) fn kek(&self) -> &Kek {
        &self.kek
    }
}
