use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crypto::{Context, KeyId, MasterKey};
use kernel::{Chance, Secret};
use tokio::sync::RwLock;
use zeroize::Zeroize as _;

use super::kek::{KekError, Wrapped};

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
    /// Keys, but not one that data keys of the database are wrapped by.
    #[error("the master keys in {path} are {found}, and the database holds secrets sealed under {needed}. Put the right key file in its place, or the missing key's line back into it", path = path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// The ids of the keys in it.
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
    /// Other than keys of 32 bytes in hexadecimal, one a line.
    #[error("the master key file {path} holds something else than 1 to {MAX_KEYS} lines of 64 hexadecimal digits. Put it back from your copy", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// There is no room for a further key.
    #[error("the master key file {path} holds {MAX_KEYS} keys already. Take out lines whose keys `countersign keys status` does not list, and ask again", path = path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// The broker may not change it.
    #[error("the master key file {path} cannot be replaced by the broker. Put a new line of 64 hexadecimal digits above the others by hand, and ask again", path = path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
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

/// More than anybody keeps.
const MAX_KEYS: usize = 50;
/// A line: 32 bytes in hexadecimal, and its end.
const LINE_BYTES: usize = 65;

/// The master keys of a file, one a line in hexadecimal: the first seals, the others only open.
#[derive(Debug)]
pub struct MasterKeyFile {
    path: PathBuf,
    keys: RwLock<Keys>,
}

/// Never empty.
#[derive(Debug)]
struct Keys {
    seals: MasterKey,
    open: Vec<MasterKey>,
}

impl MasterKeyFile {
    /// Loads the master keys, or makes the first where neither a file nor anything sealed exists yet.
    /// `in_use` are the ids of the master keys that the database's data keys are wrapped by.
    pub fn load_or_make(
        path: &Path,
        in_use: &[String],
        chance: &dyn Chance,
    ) -> Result<Self, MasterKeyFileError> {
        let keys = match File::open(path) {
            Ok(file) => read_keys(path, file)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if let Some(needed) = in_use.first() {
                    let (path, needed) = (path.to_owned(), needed.clone());
                    return Err(MasterKeyFileError::Missing { path, needed });
                }
                make_file(path, chance)?
            }
            Err(error) => return Err(io_error(path, error)),
        };
        if let Some(needed) = in_use.iter().find(|id| keys.get(id).is_none()) {
            return Err(MasterKeyFileError::Other {
                path: path.to_owned(),
                found: keys.names(),
                needed: needed.clone(),
            });
        }
        Ok(Self {
            path: path.to_owned(),
            keys: RwLock::new(keys),
        })
    }

    /// Wraps by the key of that name, or else by the first.
    pub(super) async fn wrap(
        &self,
        data_key: &Secret<[u8; 32]>,
        place: &Context<'_>,
        under: Option<&str>,
        chance: &dyn Chance,
    ) -> Result<Wrapped, KekError> {
        if let Some(name) = under
            && self.keys.read().await.get(name).is_none()
        {
            // Another broker of the same file may have put a new key into it.
            self.reload().await?;
        }
        let keys = self.keys.read().await;
        let key = match under {
            Some(name) => keys.get(name),
            None => Some(&keys.seals),
        };
        let key = key.ok_or_else(|| KekError::Missing(under.unwrap_or_default().to_owned()))?;
        Ok(Wrapped {
            by: key.id().clone(),
            bytes: key.wrap(data_key, place, chance),
        })
    }

    pub(super) async fn unwrap(
        &self,
        wrapped: &Wrapped,
        place: &Context<'_>,
    ) -> Result<Secret<[u8; 32]>, KekError> {
        let name = wrapped.by.as_str();
        if let Some(key) = self.keys.read().await.get(name) {
            return Ok(key.unwrap(&wrapped.by, &wrapped.bytes, place)?);
        }
        // Another broker of the same file may have put a new key into it.
        self.reload().await?;
        match self.keys.read().await.get(name) {
            Some(key) => Ok(key.unwrap(&wrapped.by, &wrapped.bytes, place)?),
            None => Err(KekError::Missing(name.to_owned())),
        }
    }

    /// The first key, where `in_use` tells that it wraps nothing yet, else a new one, which is the first
    /// from then on. So the key that a rotation made before it was cut off is taken, and so is one that
    /// somebody has put there by hand. What other keys wrap does not matter: a data key that does not
    /// open stays with its master key for good.
    pub(super) async fn successor(
        &self,
        in_use: &[String],
        chance: &dyn Chance,
    ) -> Result<KeyId, MasterKeyFileError> {
        self.reload().await?;
        let mut keys = self.keys.write().await;
        if in_use.is_empty() || in_use.iter().any(|id| id == keys.seals.id().as_str()) {
            *keys = prepend(&self.path, chance)?;
        }
        Ok(keys.seals.id().clone())
    }

    async fn reload(&self) -> Result<(), MasterKeyFileError> {
        let file = File::open(&self.path).map_err(|error| io_error(&self.path, error))?;
        let read = read_keys(&self.path, file)?;
        *self.keys.write().await = read;
        Ok(())
    }
}

impl Keys {
    fn get(&self, id: &str) -> Option<&MasterKey> {
        std::iter::once(&self.seals)
            .chain(&self.open)
            .find(|key| key.id().as_str() == id)
    }

    fn names(&self) -> String {
        let names = std::iter::once(&self.seals)
            .chain(&self.open)
            .map(|key| key.id().as_str());
        names.collect::<Vec<_>>().join(", ")
    }
}

fn io_error(path: &Path, source: io::Error) -> MasterKeyFileError {
    MasterKeyFileError::Io {
        path: path.to_owned(),
        source,
    }
}

fn read_keys(path: &Path, file: File) -> Result<Keys, MasterKeyFileError> {
    let text = read_text(path, file)?;
    parse(text.expose()).ok_or_else(|| MasterKeyFileError::Malformed {
        path: path.to_owned(),
    })
}

fn read_text(path: &Path, file: File) -> Result<Secret<String>, MasterKeyFileError> {
    let metadata = file.metadata().map_err(|error| io_error(path, error))?;
    let mode = metadata.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(MasterKeyFileError::Open {
            path: path.to_owned(),
            mode,
        });
    }
    // Room from the start: text that grows leaves copies of itself behind.
    let limit = (MAX_KEYS + 1) * LINE_BYTES;
    let mut text = String::with_capacity(limit);
    let read = file.take(limit as u64).read_to_string(&mut text);
    let text = Secret::new(text);
    match read {
        Ok(_) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            Err(MasterKeyFileError::Malformed {
                path: path.to_owned(),
            })
        }
        Err(error) => Err(io_error(path, error)),
    }
}

fn parse(text: &str) -> Option<Keys> {
    let mut keys = Vec::new();
    for line in text.lines() {
        let mut bytes = [0_u8; 32];
        let decoded = hex::decode_to_slice(line.trim_end(), &mut bytes);
        let key = Secret::new(bytes);
        bytes.zeroize();
        decoded.ok()?;
        keys.push(MasterKey::new(&key));
    }
    let is_too_long = keys.len() > MAX_KEYS;
    let mut keys = keys.into_iter();
    let seals = keys.next().filter(|_| !is_too_long)?;
    let open = keys.collect();
    Some(Keys { seals, open })
}

/// A new line in the form of the file.
fn new_line(chance: &dyn Chance) -> Secret<String> {
    let mut bytes = [0_u8; 32];
    chance.fill(&mut bytes);
    let digits = Secret::new(hex::encode(bytes));
    bytes.zeroize();
    Secret::new(format!("{}\n", digits.expose()))
}

fn make_file(path: &Path, chance: &dyn Chance) -> Result<Keys, MasterKeyFileError> {
    let line = new_line(chance);
    // Never over a file that came to be in the meantime.
    write_new(path, line.expose()).map_err(|error| io_error(path, error))?;
    parse(line.expose()).ok_or_else(|| MasterKeyFileError::Malformed {
        path: path.to_owned(),
    })
}

/// Puts a new key above the others. A file is there in whole, as it was or as it is to be, whatever
/// happens meanwhile.
fn prepend(path: &Path, chance: &dyn Chance) -> Result<Keys, MasterKeyFileError> {
    let file = File::open(path).map_err(|error| io_error(path, error))?;
    let old = read_text(path, file)?;
    let line = new_line(chance);
    let text = Secret::new(format!("{}{}", line.expose(), old.expose()));
    // The old text was read: what is wrong now is its length.
    let keys = parse(text.expose()).ok_or_else(|| MasterKeyFileError::Full {
        path: path.to_owned(),
    })?;
    replace(path, text.expose()).map_err(|source| MasterKeyFileError::NotOurs {
        path: path.to_owned(),
        source,
    })?;
    Ok(keys)
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let beside = path.with_file_name(name);
    // Left by somebody who was interrupted.
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    if let Err(error) = write_new(&beside, text).and_then(|()| fs::rename(&beside, path)) {
        // It holds every key. That it could not be put in its place is what is told.
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    // The name, too, must be there after a power cut: what is wrapped next opens by this file alone.
    let folder = match path.parent() {
        // A bare file name.
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => Path::new("/"),
    };
    File::open(folder)?.sync_all()
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use kernel::SystemRng;

    use super::*;

    const PLACE: Context<'static> = Context {
        tenant: "org_a",
        table: "broker.data_keys",
        field: "wrapped",
        row: "dek_1",
        version: 1,
    };

    fn folder() -> PathBuf {
        let name = format!("countersign-key-{}", hex::encode(SystemRng.bytes::<8>()));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        path
    }

    fn load(path: &Path, in_use: &[&str]) -> Result<MasterKeyFile, MasterKeyFileError> {
        let in_use: Vec<String> = in_use.iter().map(|id| (*id).to_owned()).collect();
        MasterKeyFile::load_or_make(path, &in_use, &SystemRng)
    }

    async fn seals(file: &MasterKeyFile) -> String {
        file.keys.read().await.seals.id().as_str().to_owned()
    }

    #[tokio::test]
    async fn the_first_start_makes_a_key_that_nobody_else_reads_and_the_second_loads_it() {
        let path = folder().join("master.key");
        let made = seals(&load(&path, &[]).unwrap()).await;
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(made, seals(&load(&path, &[&made]).unwrap()).await);
    }

    #[test]
    fn a_missing_key_is_not_replaced_while_anything_is_sealed_under_it() {
        let path = folder().join("master.key");
        let refused = load(&path, &["file:1"]);
        assert!(matches!(
            refused.unwrap_err(),
            MasterKeyFileError::Missing { .. }
        ));
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_start_names_the_key_that_its_file_lacks() {
        let path = folder().join("master.key");
        let file = load(&path, &[]).unwrap();
        let old = seals(&file).await;
        let new = file.successor(&[], &SystemRng).await.unwrap();
        assert!(load(&path, &[&old, new.as_str()]).is_ok());
        let refused = load(&path, &[&old, "file:gone"]).unwrap_err().to_string();
        assert!(refused.contains("sealed under file:gone"), "{refused}");
        assert!(refused.contains(&old) && refused.contains(new.as_str()));
    }

    #[tokio::test]
    async fn a_new_key_seals_and_the_old_one_opens() {
        let path = folder().join("master.key");
        let file = load(&path, &[]).unwrap();
        let key = Secret::new([7; 32]);
        let before = file.wrap(&key, &PLACE, None, &SystemRng).await.unwrap();
        let in_use = [before.by.as_str().to_owned()];
        let new = file.successor(&in_use, &SystemRng).await.unwrap();
        assert_ne!(new, before.by);
        let after = file.wrap(&key, &PLACE, None, &SystemRng).await.unwrap();
        assert_eq!(after.by, new);
        for wrapped in [&before, &after] {
            assert_eq!(
                file.unwrap(wrapped, &PLACE).await.unwrap().expose(),
                &[7; 32]
            );
        }
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        // The old key wraps something still: cut off there, it goes on with the key that it made.
        let again = file.successor(&in_use, &SystemRng).await.unwrap();
        assert_eq!(again, new);
        // The old key wraps something that does not open, and stays: the next rotation makes a key all the same.
        let both = [before.by.as_str().to_owned(), new.as_str().to_owned()];
        let third = file.successor(&both, &SystemRng).await.unwrap();
        assert!(third != new && third != before.by);
        // Without its line the old key is gone.
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        fs::write(&path, lines[..2].join("\n")).unwrap();
        let without = load(&path, &[new.as_str()]).unwrap();
        let refused = without.unwrap(&before, &PLACE).await.unwrap_err();
        assert!(matches!(refused, KekError::Missing(id) if id == before.by.as_str()));
    }

    #[tokio::test]
    async fn a_key_that_another_broker_put_into_the_file_is_found() {
        let path = folder().join("master.key");
        let (here, there) = (load(&path, &[]).unwrap(), load(&path, &[]).unwrap());
        there.successor(&[], &SystemRng).await.unwrap();
        let key = Secret::new([7; 32]);
        let wrapped = there.wrap(&key, &PLACE, None, &SystemRng).await.unwrap();
        assert!(here.unwrap(&wrapped, &PLACE).await.is_ok());
    }

    #[tokio::test]
    async fn a_data_key_is_wrapped_by_the_key_that_is_asked_for_or_not_at_all() {
        let path = folder().join("master.key");
        let (here, there) = (load(&path, &[]).unwrap(), load(&path, &[]).unwrap());
        let new = there.successor(&[], &SystemRng).await.unwrap();
        let (key, new) = (Secret::new([7; 32]), new.as_str());
        // One that this broker has not met.
        let wrapped = here.wrap(&key, &PLACE, Some(new), &SystemRng).await;
        assert_eq!(wrapped.unwrap().by.as_str(), new);
        let refused = here.wrap(&key, &PLACE, Some("file:gone"), &SystemRng).await;
        assert!(matches!(refused.unwrap_err(), KekError::Missing(id) if id == "file:gone"));
    }

    #[tokio::test]
    async fn a_file_that_was_half_written_beside_it_is_no_hindrance() {
        let path = folder().join("master.key");
        let file = load(&path, &[]).unwrap();
        fs::write(path.with_file_name("master.key.new"), "cafe").unwrap();
        assert!(file.successor(&[], &SystemRng).await.is_ok());
        assert!(!path.with_file_name("master.key.new").exists());
    }

    #[test]
    fn a_key_file_that_cannot_be_put_in_its_place_is_not_left_beside_it() {
        let path = folder().join("master.key");
        // Nothing takes a folder's place.
        fs::create_dir(&path).unwrap();
        assert!(replace(&path, "cafe").is_err());
        assert!(!path.with_file_name("master.key.new").exists());
    }

    #[test]
    fn a_bare_file_name_is_one_in_the_folder_at_hand() {
        let name = format!("master-{}.key", hex::encode(SystemRng.bytes::<8>()));
        let replaced = replace(Path::new(&name), "cafe");
        fs::remove_file(&name).unwrap();
        assert!(replaced.is_ok());
    }

    #[tokio::test]
    async fn a_full_file_is_left_as_it_is() {
        let path = folder().join("master.key");
        let file = load(&path, &[]).unwrap();
        let full = format!("{}\n", "ab".repeat(32)).repeat(MAX_KEYS);
        fs::write(&path, &full).unwrap();
        let refused = file.successor(&[], &SystemRng).await.unwrap_err();
        assert!(matches!(refused, MasterKeyFileError::Full { .. }));
        assert_eq!(fs::read_to_string(&path).unwrap(), full);
    }

    #[test]
    fn a_wrong_open_or_broken_key_is_refused() {
        let path = folder().join("master.key");
        load(&path, &[]).unwrap();
        let refused = load(&path, &["file:1"]);
        assert!(matches!(
            refused.unwrap_err(),
            MasterKeyFileError::Other { .. }
        ));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = load(&path, &[]);
        assert!(matches!(
            refused.unwrap_err(),
            MasterKeyFileError::Open { mode: 0o640, .. }
        ));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let (line, long) = ("ab".repeat(32), format!("{}\n", "ab".repeat(32)).repeat(51));
        for broken in [
            "",
            "\n",
            "cafe",
            &format!("{line}\n\n{line}\n"),
            &format!("{line}{line}"),
            &long,
        ] {
            fs::write(&path, broken).unwrap();
            let refused = load(&path, &[]);
            assert!(
                matches!(refused.unwrap_err(), MasterKeyFileError::Malformed { .. }),
                "{broken:?}"
            );
        }
        fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(matches!(
            load(&path, &[]).unwrap_err(),
            MasterKeyFileError::Malformed { .. }
        ));
    }
}
