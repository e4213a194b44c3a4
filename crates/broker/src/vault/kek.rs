use std::path::PathBuf;
use std::sync::Arc;

use crypto::envelope::OpenError;
use crypto::{Context, KeyId, Sealed};
use kernel::{Chance, Clock, Secret};

use super::keeper::{Keeper, KeeperConfig, KeeperError};
use super::master_key_file::{MasterKeyFile, MasterKeyFileError};
use crate::egress::{Lookup, SetUpError};

/// The key encryption keys: whoever wraps and unwraps data keys. The first keeper wraps what nobody has said a key for,
/// and is what a rotation goes to; the others unwrap. Each is known by its key's name, and nothing is tried.
#[derive(Debug)]
pub struct Kek {
    /// Never empty.
    keepers: Vec<MasterKeys>,
}

#[derive(Debug)]
enum MasterKeys {
    /// The master keys of a file.
    File(MasterKeyFile),
    /// One key of a key management service.
    Keeper(Box<Keeper>),
}

/// Where master keys are.
#[derive(Debug)]
pub enum MasterKeyConfig {
    /// In a file.
    File(PathBuf),
    /// With a key management service.
    Keeper(KeeperConfig),
}

/// Why there are no master keys to begin with. The broker does not start, and nothing falls back to plain text.
#[derive(Debug, thiserror::Error)]
pub enum KekSetUpError {
    /// The file is not right.
    #[error(transparent)]
    File(#[from] MasterKeyFileError),
    /// A data key is wrapped by a key of which nothing is said.
    #[error(
        "the database holds secrets sealed under {needed}, and the master keys here are those of {found}. Add the one that is missing to [[master_keys]]"
    )]
    Other {
        /// The names of those that are here.
        found: String,
        /// The name of the key that is needed.
        needed: String,
    },
    /// The service does not wrap, or not as it must.
    #[error("the master key cannot be used: {error} ({code})", code = error.code())]
    Keeper {
        /// Why.
        error: KeeperError,
    },
    /// No connection could ever be made.
    #[error(transparent)]
    SetUp(#[from] SetUpError),
}

/// A data key as it is kept.
#[derive(Debug)]
pub(crate) struct Wrapped {
    /// The master key that wraps it: its keeper and its name there.
    pub(crate) by: KeyId,
    pub(crate) bytes: Sealed,
}

/// Why a data key was not wrapped or unwrapped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KekError {
    /// The key that wraps it is not at hand.
    #[error("the master key {0} is missing")]
    Missing(String),
    /// It was altered or moved.
    #[error("a data key does not open")]
    Sealed(#[from] OpenError),
    /// What a key wrapped does not open by it.
    #[error("what the master key {0} wraps does not open again: nothing was replaced")]
    Unread(String),
    /// The keys cannot be had.
    #[error("the master keys cannot be read")]
    File(#[from] MasterKeyFileError),
    /// The key management service did not do it.
    #[error("{0} ({code})", code = .0.code())]
    Keeper(KeeperError),
}

impl KekError {
    /// Whether another data key might do no better: the fault is not the data key's.
    pub(crate) const fn is_keepers(&self) -> bool {
        matches!(self, Self::File(_) | Self::Keeper(_) | Self::Unread(_))
    }

    /// Whether the same may go well a moment later.
    pub(crate) const fn may_pass(&self) -> bool {
        matches!(self, Self::Keeper(error) if error.problem.may_pass())
    }
}

const FILE: &str = "file:";

impl Kek {
    /// The master keys of `configs`, of which there is at least one. `in_use` are the names of those that the
    /// database's data keys are wrapped by. Nobody is asked yet: that does [`Kek::check`].
    pub fn new(
        configs: Vec<MasterKeyConfig>,
        in_use: &[String],
        (clock, lookup, chance): (&Arc<dyn Clock>, &Arc<dyn Lookup>, &dyn Chance),
    ) -> Result<Self, KekSetUpError> {
        let of_files = |name: &&String| name.starts_with(FILE);
        let in_files: Vec<String> = in_use.iter().filter(of_files).cloned().collect();
        let mut keepers = Vec::new();
        for config in configs {
            keepers.push(match config {
                MasterKeyConfig::File(path) => {
                    MasterKeys::File(MasterKeyFile::load_or_make(&path, &in_files, chance)?)
                }
                MasterKeyConfig::Keeper(config) => {
                    let (clock, lookup) = (Arc::clone(clock), Arc::clone(lookup));
                    MasterKeys::Keeper(Box::new(Keeper::new(config, clock, lookup)?))
                }
            });
        }
        let kek = Self { keepers };
        if let Some(needed) = in_use.iter().find(|name| kek.keeper(name).is_none()) {
            let found: Vec<&str> = kek.keepers.iter().map(MasterKeys::name).collect();
            return Err(KekSetUpError::Other {
                found: found.join(", "),
                needed: needed.clone(),
            });
        }
        Ok(kek)
    }

    /// Has the first keeper, where it is a key management service, wrap and unwrap a key that nobody has.
    pub async fn check(&self, chance: &dyn Chance) -> Result<(), KekSetUpError> {
        if let Some(MasterKeys::Keeper(keeper)) = self.keepers.first()
            && let Err(error) = Box::pin(keeper.probe(chance)).await
        {
            return Err(KekSetUpError::Keeper { error });
        }
        Ok(())
    }

    /// Wraps the bytes of a data key under the master key of that name, or else under the first.
    pub(crate) async fn wrap(
        &self,
        data_key: &Secret<[u8; 32]>,
        place: &Context<'_>,
        under: Option<&str>,
        chance: &dyn Chance,
    ) -> Result<Wrapped, KekError> {
        let keeper = match under {
            Some(name) => self.keeper(name),
            None => self.keepers.first(),
        };
        match keeper {
            Some(MasterKeys::File(file)) => file.wrap(data_key, place, under, chance).await,
            Some(MasterKeys::Keeper(keeper)) => {
                Ok(Box::pin(keeper.wrap(data_key, place, under)).await?)
            }
            None => Err(KekError::Missing(under.unwrap_or_default().to_owned())),
        }
    }

    /// The bytes of a wrapped data key.
    pub(crate) async fn unwrap(
        &self,
        wrapped: &Wrapped,
        place: &Context<'_>,
    ) -> Result<Secret<[u8; 32]>, KekError> {
        match self.keeper(wrapped.by.as_str()) {
            Some(MasterKeys::File(file)) => file.unwrap(wrapped, place).await,
            Some(MasterKeys::Keeper(keeper)) => Ok(Box::pin(keeper.unwrap(wrapped, place)).await?),
            None => Err(KekError::Missing(wrapped.by.as_str().to_owned())),
        }
    }

    /// Whether the master key of that name is with a key management service: unwrapping is a call then.
    pub(crate) fn is_far(&self, name: &str) -> bool {
        matches!(self.keeper(name), Some(MasterKeys::Keeper(_)))
    }

    /// The key to wrap everything under, where `in_use` are those that wrap something now: the one
    /// that seals, where it wraps nothing yet, else a new one.
    pub(crate) async fn successor(
        &self,
        in_use: &[String],
        chance: &dyn Chance,
    ) -> Result<KeyId, KekError> {
        match self.keepers.first() {
            Some(MasterKeys::File(file)) => Ok(file.successor(in_use, chance).await?),
            Some(MasterKeys::Keeper(keeper)) => {
                Ok(Box::pin(keeper.successor(in_use, chance)).await?)
            }
            None => Err(KekError::Missing(String::new())),
        }
    }

    fn keeper(&self, name: &str) -> Option<&MasterKeys> {
        let is_its = |keys: &&MasterKeys| match keys {
            MasterKeys::File(_) => name.starts_with(FILE),
            MasterKeys::Keeper(keeper) => keeper.is(name),
        };
        self.keepers.iter().find(is_its)
    }
}

impl MasterKeys {
    fn name(&self) -> &str {
        match self {
            Self::File(_) => "a file",
            Self::Keeper(keeper) => keeper.name(),
        }
    }
}
