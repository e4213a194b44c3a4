use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::num::NonZeroU32;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use aws_lc_rs::{digest, hmac, pbkdf2};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use kernel::{Chance, Secret};
use zeroize::Zeroize as _;

use super::{DataDir, DataDirError, io_error};

/// 32 random bytes of one server. The passwords of the database's login roles and the key of the
/// front's cookies are derived from it, each for itself: none of them has to be stored, or to stand
/// on a command line or in an environment.
///
/// Several servers on one database share the file.
#[derive(Debug)]
pub(crate) struct ServerSecret(Secret<[u8; 32]>);

/// What to do where the file is missing beside a database that was made with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LostSecret {
    /// Say so: the operator may have a copy.
    Refuse,
    /// Make another one, at the operator's word. Cookies lose their signature, so that everybody is
    /// signed out; the logins get other passwords; the audit log keeps the name that it has.
    MakeAnew,
}

/// A login role of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Login {
    Front,
    Broker,
    Anonymous,
    Verifier,
}

/// RFC 7677 3 asks for at least as many.
const SCRAM_ITERATIONS: NonZeroU32 = NonZeroU32::new(4096).unwrap();
const SALT_BYTES: usize = 16;

impl Login {
    pub(crate) const ALL: [Self; 4] = [Self::Front, Self::Broker, Self::Anonymous, Self::Verifier];

    /// The role's name in the database.
    pub(crate) const fn role(self) -> &'static str {
        match self {
            Self::Front => "countersign_front",
            Self::Broker => "countersign_broker",
            Self::Anonymous => "countersign_anon",
            Self::Verifier => "countersign_verifier",
        }
    }
}

impl ServerSecret {
    /// Reads the file in the data directory, or makes it for a new server.
    pub(crate) fn load_or_make(
        data_dir: &DataDir,
        lost: LostSecret,
        chance: &dyn Chance,
    ) -> Result<Self, DataDirError> {
        let path = data_dir.secret_file();
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if data_dir.has_cluster() && lost == LostSecret::Refuse {
                    return Err(DataDirError::SecretLost { path });
                }
                return make(&path, chance).map_err(io_error("make", &path));
            }
            Err(error) => return Err(io_error("open", &path)(error)),
        };
        read(&path, file)
    }

    /// Reads the file in the data directory.
    pub(crate) fn load(data_dir: &DataDir) -> Result<Self, DataDirError> {
        let path = data_dir.secret_file();
        let file = File::open(&path).map_err(io_error("open", &path))?;
        read(&path, file)
    }

    /// The password of a login role.
    pub(crate) fn password(&self, login: Login) -> Secret<String> {
        let tag = self.derive("database password", login.role());
        Secret::new(BASE64_URL_SAFE_NO_PAD.encode(tag.expose()))
    }

    /// The form in which PostgreSQL keeps that password (RFC 5803): it never sees the password
    /// itself. Always the same, so that a start can tell that nothing has to be set.
    pub(crate) fn scram_verifier(&self, login: Login) -> String {
        let salt = self.derive("database salt", login.role());
        let salt = &salt.expose()[..SALT_BYTES];
        let mut salted = [0_u8; 32];
        pbkdf2::derive(
            pbkdf2::PBKDF2_HMAC_SHA256,
            SCRAM_ITERATIONS,
            salt,
            self.password(login).expose().as_bytes(),
            &mut salted,
        );
        let key = hmac::Key::new(hmac::HMAC_SHA256, &salted);
        salted.zeroize();
        let client_key = hmac::sign(&key, b"Client Key");
        let stored_key = digest::digest(&digest::SHA256, client_key.as_ref());
        let server_key = hmac::sign(&key, b"Server Key");
        format!(
            "SCRAM-SHA-256${SCRAM_ITERATIONS}:{}${}:{}",
            BASE64_STANDARD.encode(salt),
            BASE64_STANDARD.encode(stored_key),
            BASE64_STANDARD.encode(server_key),
        )
    }

    /// The key that signs cookies.
    pub(crate) fn cookie_key(&self) -> Secret<[u8; 32]> {
        self.derive("cookie key", "front")
    }

    /// The name that a new audit log gets in its checkpoints (C2SP tlog-checkpoint). Not made of the
    /// server's address: that may change, and a log that changed its name would be another log. From
    /// then on the log's name is the one in the database.
    pub(crate) fn log_name(&self) -> String {
        let tag = self.derive("log name", "audit");
        format!("countersign/{}/audit", hex::encode(&tag.expose()[..8]))
    }

    /// HMAC-SHA256 over what the value is for. A name never holds a zero byte.
    fn derive(&self, purpose: &str, name: &str) -> Secret<[u8; 32]> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.expose());
        let message = format!("countersign 1\0{purpose}\0{name}");
        let mut out = [0_u8; 32];
        out.copy_from_slice(hmac::sign(&key, message.as_bytes()).as_ref());
        Secret::new(out)
    }
}

fn read(path: &Path, mut file: File) -> Result<ServerSecret, DataDirError> {
    let mode = file.metadata().map_err(io_error("read", path))?.mode();
    if mode & 0o077 != 0 {
        return Err(DataDirError::Open {
            path: path.to_owned(),
        });
    }
    let mut text = String::new();
    (&mut file)
        .take(100)
        .read_to_string(&mut text)
        .map_err(io_error("read", path))?;
    let mut bytes = [0_u8; 32];
    let decoded = hex::decode_to_slice(text.trim_end(), &mut bytes);
    text.zeroize();
    decoded.map_err(|_| DataDirError::Malformed {
        path: path.to_owned(),
    })?;
    Ok(ServerSecret(Secret::new(bytes)))
}

fn make(path: &Path, chance: &dyn Chance) -> io::Result<ServerSecret> {
    let mut bytes = [0_u8; 32];
    chance.fill(&mut bytes);
    let mut text = hex::encode(bytes);
    text.push('\n');
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())
                .and_then(|()| file.sync_all())
        });
    text.zeroize();
    written.map(|()| ServerSecret(Secret::new(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> ServerSecret {
        ServerSecret(Secret::new([7; 32]))
    }

    /// The database keeps what was derived at an earlier start, by an earlier version: a change
    /// here would lock every existing server out. The values are another implementation's (Python's
    /// hmac and hashlib).
    #[test]
    fn what_is_derived_never_changes() {
        insta::assert_snapshot!(secret().password(Login::Front).expose(), @"l37NRycp7ZSvZ6mPguPDj335KUQZIKYvOe3bPAHCExo");
        insta::assert_snapshot!(secret().scram_verifier(Login::Broker), @"SCRAM-SHA-256$4096:BFXJn8pBgqT9DJj7Dw3Jag==$xeO8u2ZXJN5w1Hox4qB+oFFCSPgoNxI1MXtk5RqUQA8=:Na6xvC3hJioEYMbAVoYQscXZtC1wL3lusNnJU+a2V8A=");
        insta::assert_snapshot!(secret().log_name(), @"countersign/e30b88c7c04249e2/audit");
        insta::assert_snapshot!(hex::encode(secret().cookie_key().expose()), @"5caab92db15c5ac038fcadb4a9e83eedd6c71f23d0a83e4a77c2b0b7c5377336");
    }

    #[test]
    fn each_login_has_a_password_of_its_own() {
        let passwords: std::collections::BTreeSet<_> = Login::ALL
            .iter()
            .map(|login| secret().password(*login).expose().clone())
            .collect();
        assert_eq!(passwords.len(), Login::ALL.len());
    }

    #[test]
    fn the_second_start_reads_what_the_first_one_made_and_others_cannot() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::new(folder.path());
        let made =
            ServerSecret::load_or_make(&data_dir, LostSecret::Refuse, &kernel::SystemRng).unwrap();
        let read = ServerSecret::load(&data_dir).unwrap();
        assert_eq!(made.0.expose(), read.0.expose());
        let path = data_dir.secret_file();
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        std::fs::set_permissions(&path, open).unwrap();
        assert!(matches!(
            ServerSecret::load(&data_dir),
            Err(DataDirError::Open { .. })
        ));
    }

    #[test]
    fn a_lost_secret_is_not_made_anew_beside_a_database_unless_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::new(folder.path());
        std::fs::create_dir(data_dir.cluster()).unwrap();
        let start = |lost| ServerSecret::load_or_make(&data_dir, lost, &kernel::SystemRng);
        let refused = start(LostSecret::Refuse).unwrap_err();
        assert!(refused.to_string().contains("--new-secret"), "{refused}");
        assert!(!data_dir.secret_file().exists());
        start(LostSecret::MakeAnew).unwrap();
        start(LostSecret::Refuse).unwrap();
    }
}
