use std::fs;
use std::path::Path;
use std::sync::Arc;

use audit::checkpoint::VerifierKey;
use db::Db;
use kernel::{Scope, SystemClock, SystemRng};

use crate::data_dir::{DataDir, Login, ServerSecret};
use crate::database::{self, Place};
use crate::exit::{Exit, Failure};
use crate::supervisor::InstanceFile;

/// The database of the server that runs on the data directory, as the verifier's role. To be
/// called on a runtime: the pool looks after itself on it.
pub(super) fn database(data_dir: &Path) -> Result<Db, Failure> {
    let data_dir = DataDir::new(data_dir);
    let instance = InstanceFile::of_running(&data_dir)?;
    let secret = ServerSecret::load(&data_dir).map_err(Failure::cannot_run)?;
    let options = Place::of(&instance)
        .login(Login::Verifier, &secret)
        .options()
        .map_err(Failure::cannot_run)?;
    Ok(Db::new(
        options,
        2,
        Arc::new(SystemClock),
        Arc::new(SystemRng),
    ))
}

/// The key that the log is checked by: the one given, as a text or in a file, or else the database's
/// own word for it.
pub(super) async fn key(given: Option<&str>, db: &Db) -> Result<VerifierKey, Failure> {
    if let Some(text) = given {
        return parse(text);
    }
    let mut tx = db
        .read(&Scope::Anonymous)
        .await
        .map_err(Failure::cannot_run)?;
    let stored = database::audit_verifier(&mut tx)
        .await
        .map_err(Failure::cannot_run)?;
    let text = stored.ok_or_else(|| Failure {
        exit: Exit::CannotRun,
        chain: vec![
            "the broker has not made the log's signing key yet: try again in a moment".to_owned(),
        ],
    })?;
    text.parse().map_err(Failure::cannot_run)
}

/// A verifier key, as a text or in a file.
pub(super) fn parse(text: &str) -> Result<VerifierKey, Failure> {
    let file = Path::new(text);
    let text = match fs::read_to_string(file) {
        Ok(content) => content,
        // A key is no path; a path that cannot be read gets the key's error, which says so.
        Err(_) => text.to_owned(),
    };
    text.trim()
        .parse()
        .map_err(|error: audit::checkpoint::KeyError| {
            let mut failure = Failure::usage(error);
            failure.chain.insert(
                0,
                "--key is neither a verifier key nor a file with one".to_owned(),
            );
            failure
        })
}
