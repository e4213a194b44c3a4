use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crypto::MasterKey;
use kernel::{Chance, Secret};
use zeroize::Zeroize as _;

/// Why there is no master key. The broker does not start, and nothing falls back to plain text.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyFileError {
    /// No file, though the database holds values sealed under a key.
    #[error("the master key file {path} is missing, and the database holds secrets sealed under {needed}. Put the file back from your copy; without it the secrets cannot be opened", path = path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
        /// The id of the key that is needed.
        needed: String,
    },
    /// A key, but not the one that the database's values are sealed under.
    #[error("the master key in {path} is {found}, and the database holds secrets sealed under {needed}. Put the right key file in its place", path = path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// The id of the key in it.
        found: String,
        /// The id of the key that is needed.
        needed: String,
    },
    /// Others can read it.
    #[error("the master key file {path} can be read by others (mode {mode:o}). Run `chmod 600` on it, and think about who has read it", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Not 32 bytes in hexadecimal.
    #[error("the master key file {path} does not hold 64 hexadecimal digits. Put it back from your copy", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// The file system failed.
    #[error("the master key file {path} cannot be read or made", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Loads the master key, or makes it where neither a file nor anything sealed exists yet.
/// `in_use` are the ids of the master keys that the database's data keys are wrapped by.
pub fn load_or_make(
    path: &Path,
    in_use: &[String],
    chance: &dyn Chance,
) -> Result<MasterKey, MasterKeyFileError> {
    let io_error = |source| MasterKeyFileError::Io {
        path: path.to_owned(),
        source,
    };
    let bytes = match File::open(path) {
        Ok(file) => read_key(path, file)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Some(needed) = in_use.first() {
                let (path, needed) = (path.to_owned(), needed.clone());
                return Err(MasterKeyFileError::Missing { path, needed });
            }
            make_key(path, chance).map_err(io_error)?
        }
        Err(error) => return Err(io_error(error)),
    };
    let master = MasterKey::new(&bytes);
    if let Some(needed) = in_use.iter().find(|id| *id != master.id().as_str()) {
        return Err(MasterKeyFileError::Other {
            path: path.to_owned(),
            found: master.id().as_str().to_owned(),
            needed: needed.clone(),
        });
    }
    Ok(master)
}

fn read_key(path: &Path, mut file: File) -> Result<Secret<[u8; 32]>, MasterKeyFileError> {
    let io_error = |source| MasterKeyFileError::Io {
        path: path.to_owned(),
        source,
    };
    let mode = file.metadata().map_err(io_error)?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(MasterKeyFileError::Open {
            path: path.to_owned(),
            mode,
        });
    }
    let mut text = String::new();
    let read = std::io::Read::by_ref(&mut file)
        .take(100)
        .read_to_string(&mut text);
    let mut bytes = [0_u8; 32];
    let decoded = hex::decode_to_slice(text.trim_end(), &mut bytes);
    text.zeroize();
    read.map_err(io_error)?;
    decoded.map_err(|_| MasterKeyFileError::Malformed {
        path: path.to_owned(),
    })?;
    Ok(Secret::new(bytes))
}

fn make_key(path: &Path, chance: &dyn Chance) -> Result<Secret<[u8; 32]>, io::Error> {
    let mut bytes = [0_u8; 32];
    chance.fill(&mut bytes);
    let mut text = hex::encode(bytes);
    let written = OpenOptions::new()
        .write(true)
        // Never over a file that came to be in the meantime.
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        });
    text.zeroize();
    let key = Secret::new(bytes);
    bytes.zeroize();
    written.map(|()| key)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use kernel::SystemRng;

    use super::*;

    fn folder() -> PathBuf {
        let name = format!("countersign-key-{}", hex::encode(SystemRng.bytes::<8>()));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        path
    }

    #[test]
    fn the_first_start_makes_a_key_that_nobody_else_reads_and_the_second_loads_it() {
        let path = folder().join("master.key");
        let made = load_or_make(&path, &[], &SystemRng).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let loaded = load_or_make(&path, &[made.id().as_str().to_owned()], &SystemRng).unwrap();
        assert_eq!(made.id(), loaded.id());
    }

    #[test]
    fn a_missing_key_is_not_replaced_while_anything_is_sealed_under_it() {
        let path = folder().join("master.key");
        let refused = load_or_make(&path, &["kek_1".to_owned()], &SystemRng);
        assert!(matches!(
            refused.unwrap_err(),
            MasterKeyFileError::Missing { .. }
        ));
        assert!(!path.exists());
    }

    #[test]
    fn a_wrong_open_or_broken_key_is_refused() {
        let path = folder().join("master.key");
        load_or_make(&path, &[], &SystemRng).unwrap();
        let refused = load_or_make(&path, &["kek_1".to_owned()], &SystemRng);
        assert!(matches!(
            refused.unwrap_err(),
            MasterKeyFileError::Other { .. }
        ));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let refused = load_or_make(&path, &[], &SystemRng);
        assert!(matches!(
            refused.unwrap_err(),
            MasterKeyFileError::Open { mode: 0o640, .. }
        ));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, "cafe").unwrap();
        let refused = load_or_make(&path, &[], &SystemRng);
        assert!(matches!(
            refused.unwrap_err(),
            MasterKeyFileError::Malformed { .. }
        ));
    }
}
