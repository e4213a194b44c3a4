use crypto::envelope::OpenError;
use crypto::{Context, KeyId, Sealed};
use kernel::{Chance, Secret};

use super::master_key_file::{MasterKeyFile, MasterKeyFileError};

/// The key encryption key: whoever wraps and unwraps data keys. A key management service would be a
/// further variant, whose names begin with its own word as those of the file's keys do with `file:`.
#[derive(Debug)]
pub enum Kek {
    /// The master keys of a file.
    File(MasterKeyFile),
}

/// A data key as it is kept.
#[derive(Debug)]
pub(crate) struct Wrapped {
    /// The master key that wraps it: its keeper and its name there.
    pub(crate) by: KeyId,
    pub(crate) bytes: Sealed,
}

/// Why a data key was not unwrapped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KekError {
    /// The key that wraps it is not at hand.
    #[error("the master key {0} is missing")]
    Missing(String),
    /// It was altered or moved.
    #[error("a data key does not open")]
    Sealed(#[from] OpenError),
    /// The keys cannot be had.
    #[error("the master keys cannot be read")]
    File(#[from] MasterKeyFileError),
}

impl Kek {
    /// Wraps the bytes of a data key under the key that seals now.
    pub(crate) async fn wrap(
        &self,
        data_key: &Secret<[u8; 32]>,
        place: &Context<'_>,
        chance: &dyn Chance,
    ) -> Wrapped {
        match self {
            Self::File(file) => file.wrap(data_key, place, chance).await,
        }
    }

    /// The bytes of a wrapped data key.
    pub(crate) async fn unwrap(
        &self,
        wrapped: &Wrapped,
        place: &Context<'_>,
    ) -> Result<Secret<[u8; 32]>, KekError> {
        match self {
            Self::File(file) => file.unwrap(wrapped, place).await,
        }
    }

    /// The key to wrap everything under, where `in_use` are those that wrap something now: the one
    /// that seals, where it wraps nothing yet, else a new one.
    pub(crate) async fn successor(
        &self,
        in_use: &[String],
        chance: &dyn Chance,
    ) -> Result<KeyId, KekError> {
        match self {
            Self::File(file) => Ok(file.successor(in_use, chance).await?),
        }
    }
}
