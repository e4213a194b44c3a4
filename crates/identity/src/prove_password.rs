use kernel::{AuditEntry, Scope, Secret, UserId};

use crate::hashing::Parameters;
use crate::second_factor::settle;
use crate::{HashPool, Proved, SignInError, store};

/// Has the person of a session prove again who they are, by their password.
pub async fn prove_password(
    db: &db::Db,
    hashes: &HashPool,
    scope: &Scope,
    person: UserId,
    password: Secret<String>,
) -> Result<Proved, SignInError> {
    let parameters = {
        let mut tx = db.read(scope).await?;
        Parameters::from_stored(store::own_password_challenge(&mut tx).await?)
    };
    let proof = hashes.prove(password, parameters).await?;
    let mut tx = db.write(scope).await?;
    let proved = store::prove_password(&mut tx, &proof).await?;
    let entry = AuditEntry::about("identity.authenticated_again", person);
    Ok(settle(tx, proved, entry).await?)
}
