use std::fs;
use std::path::Path;

use audit::checkpoint::VerifierKey;
use db::Db;
use kernel::Scope;

use crate::database;
use crate::exit::{Exit, Failure};

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
