use db::Db;
use kernel::{AuditEntry, Scope, Secret};

use crate::hashing::Parameters;
use crate::set_password::{ChosenError, choose};
use crate::{Email, HashPool, HashPoolBusy, NewPassword, PasswordError, Principal, store};

/// Why the password stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The current password is another one.
    #[error("that is not your current password")]
    Wrong,
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
    (scope, principal): (&Scope, &Principal),
    current: Secret<String>,
    new: NewPassword,
) -> Result<(), ChangePasswordError> {
    let parameters = {
        let address = Email::parse(&principal.email).map_err(|_| ChangePasswordError::Wrong)?;
        let mut tx = db.read(&Scope::Anonymous).await?;
        Parameters::from_stored(store::password_challenge(&mut tx, &address).await?)
    };
    let proof = hashes.prove(current, parameters).await?;
    let about = vec![
        principal.name.clone(),
        principal.email.clone(),
        principal.organisation_name.clone(),
    ];
    let chosen = choose(db, hashes, new, about).await?;
    let mut tx = db.write(scope).await?;
    if !store::links::change_password(&mut tx, &proof, &chosen).await? {
        tx.commit(AuditEntry::about(
            "identity.password_change_refused",
            principal.user,
        ))
        .await?;
        return Err(ChangePasswordError::Wrong);
    }
    tx.commit(AuditEntry::about(
        "identity.password_changed",
        principal.user,
    ))
    .await?;
    Ok(())
}

impl From<ChosenError> for ChangePasswordError {
    fn from(error: ChosenError) -> Self {
        match error {
            ChosenError::Busy(busy) => Self::Busy(busy),
            ChosenError::Password(wrong) => Self::Password(wrong),
        }
    }
}
