use db::Db;
use kernel::{AuditEntry, Scope, Secret};

use crate::hashing::Parameters;
use crate::second_factor::settle;
use crate::set_password::{ChosenError, choose};
use crate::{
    Account, HashPool, HashPoolBusy, NewPassword, PasswordError, Proved, prove_password, store,
};

/// Why the password stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The current password is another one.
    #[error("that is not your current password")]
    Wrong,
    /// Nobody looked: there were too many wrong ones. Seconds to wait.
    #[error("there were too many wrong passwords: wait {0} s")]
    Wait(u32),
    /// Try again later.
    #[error(transparent)]
    Busy(#[from] HashPoolBusy),
    /// The new one is easy to guess.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database failed.
    #[error("the password could not be stored")]
    Database(#[from] db::Error),
}

/// Changes the password of the bound person, who knows the current one, and ends their other
/// sessions.
pub async fn change_password(
    db: &Db,
    hashes: &HashPool,
    (scope, who): (&Scope, &Account),
    current: Secret<String>,
    new: NewPassword,
) -> Result<(), ChangePasswordError> {
    let parameters = {
        let mut tx = db.read(scope).await?;
        Parameters::from_stored(store::own_password_challenge(&mut tx).await?)
    };
    let proof = hashes.prove(current, parameters).await?;
    let mut about = vec![who.name.clone(), who.email.clone()];
    about.extend(who.organisation_name.clone());
    let chosen = choose(db, hashes, new, about).await?;
    let wait = prove_password::count(db, scope, (&proof, true)).await?;
    if wait > 0 {
        return Err(ChangePasswordError::Wait(wait));
    }
    let mut tx = db.write(scope).await?;
    let proved = store::links::change_password(&mut tx, &proof, &chosen).await?;
    let entry = AuditEntry::about("identity.password_changed", who.user);
    match settle(tx, proved, entry).await? {
        Proved::Right => Ok(()),
        Proved::Wrong => Err(ChangePasswordError::Wrong),
        Proved::Wait(seconds) => Err(ChangePasswordError::Wait(seconds)),
    }
}

impl From<ChosenError> for ChangePasswordError {
    fn from(error: ChosenError) -> Self {
        match error {
            ChosenError::Busy(busy) => Self::Busy(busy),
            ChosenError::Password(wrong) => Self::Password(wrong),
        }
    }
}
