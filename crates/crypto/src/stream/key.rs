use std::fmt;

use kernel::{Chance, Secret};

use crate::envelope::{Context, DataKey, KeyId, OpenError, Sealed};

/// The key of a file that is about to be sealed. It seals one: whoever seals uses it up.
pub struct NewFileKey(pub(super) Secret<[u8; 32]>);

/// The key of a file that was sealed. It only opens.
pub struct FileKey(pub(super) Secret<[u8; 32]>);

impl NewFileKey {
    /// A key that nobody has used.
    pub fn new(chance: &dyn Chance) -> Self {
        let mut bytes = [0_u8; 32];
        chance.fill(&mut bytes);
        Self(Secret::new(bytes))
    }

    /// Its form for the place `place`, sealed by the data key of whoever's the file is.
    pub fn seal_by(&self, data_key: &DataKey, place: &Context<'_>, chance: &dyn Chance) -> Sealed {
        data_key.seal(self.0.expose(), place, chance)
    }
}

impl FileKey {
    /// The key that `sealed_by` sealed for the place `place`.
    pub fn open_by(
        data_key: &DataKey,
        sealed_by: &KeyId,
        sealed: &Sealed,
        place: &Context<'_>,
    ) -> Result<Self, OpenError> {
        let plain = data_key.open(sealed_by, sealed, place)?;
        let bytes = plain.expose().as_slice().try_into();
        Ok(Self(Secret::new(bytes.map_err(|_| OpenError::Altered)?)))
    }
}

impl fmt::Debug for NewFileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewFileKey")
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey")
    }
}
