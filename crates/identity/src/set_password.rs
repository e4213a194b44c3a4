use db::Db;

use crate::hashing::{Parameters, Proof, argon2id};
use crate::{HashPool, HashPoolBusy, NewPassword, PasswordError};

/// A password that was judged and hashed.
pub(crate) struct Chosen {
    pub(crate) parameters: Parameters,
    pub(crate) proof: Proof,
}

/// Why a password was not taken.
pub(crate) enum ChosenError {
    Busy(HashPoolBusy),
    Password(PasswordError),
}

/// Judges a password and hashes it, under today's parameters. `about` are words that the person is
/// likely to use.
pub(crate) async fn choose(
    db: &Db,
    hashes: &HashPool,
    password: NewPassword,
    about: Vec<String>,
) -> Result<Chosen, ChosenError> {
    let parameters = Parameters::fresh(db.chance());
    let using = parameters.clone();
    let proof = hashes
        .run(move || {
            let about: Vec<&str> = about.iter().map(String::as_str).collect();
            let password = password.judge(&about)?;
            Ok::<_, PasswordError>(argon2id(&password, &using))
        })
        .await
        .map_err(ChosenError::Busy)?
        .map_err(ChosenError::Password)?;
    Ok(Chosen { parameters, proof })
}
