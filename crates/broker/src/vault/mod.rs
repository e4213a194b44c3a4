//! Sealed values: a master key wraps a data key per tenant and purpose, and one of the server's own,
//! which seal each value to its place. Only this module opens them, and only for the call at hand.

mod data_key;
mod file_keys;
mod keeper;
mod kek;
mod master_key_file;
mod opened;
mod payloads;
mod reseal;
mod secrets;
mod server_key;
mod signing_key;
mod token_key;

pub use keeper::{
    AwsConfig, GcpConfig, KeeperConfig, KeeperError, KeeperProblem, ServiceConfig, TransitConfig,
    TransitLogin,
};
pub use kek::{Kek, KekSetUpError, MasterKeyConfig};
pub use master_key_file::{MasterKeyFile, MasterKeyFileError};
pub use signing_key::{SigningKeyError, audit_signing_key};

pub(crate) use data_key::{KeyOwner, VaultError};
pub(crate) use file_keys::{SealedFileKey, content_place as file_content_place};
pub(crate) use kek::{KekError, Wrapped};
pub(crate) use payloads::{Indexes, SealedPayload};
pub(crate) use reseal::{Resealed, StoredValue, reseal};
pub(crate) use secrets::{Field, place as secret_place};

use std::sync::Arc;
use std::time::Instant;

use opened::Opened;

/// The vault of one broker process.
#[derive(Debug, Clone)]
pub struct Vault {
    kek: Arc<Kek>,
    opened: Arc<Opened>,
}

impl Vault {
    /// A vault whose data keys `kek` wraps.
    pub fn new(kek: Kek) -> Self {
        Self {
            kek: Arc::new(kek),
            opened: Arc::default(),
        }
    }

    pub(crate) fn kek(&self) -> &Kek {
        &self.kek
    }

    /// Wipes data keys that were open for long enough.
    pub(crate) fn wipe(&self) {
        self.opened.wipe(Instant::now());
    }
}
