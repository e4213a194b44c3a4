use kernel::{AuditEntry, Scope, Secret, UserId};

use crate::hashing::{Parameters, Proof};
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
    let wait = count(db, scope, (&proof, false)).await?;
    if wait > 0 {
        return Ok(Proved::Wait(wait));
    }
    let mut tx = db.write(scope).await?;
    let proved = store::prove_password(&mut tx, &proof).await?;
    let entry = AuditEntry::about("identity.authenticated_again", person);
    Ok(settle(tx, proved, entry).await?)
}

/// Counts the try as a wrong one before anybody looks at it, as [`crate::sign_in`] does: seconds to wait, or 0.
/// `is_change`: whether the password is about to be changed.
pub(crate) async fn count(
    db: &db::Db,
    scope: &Scope,
    (proof, is_change): (&Proof, bool),
) -> Result<u32, db::Error> {
    let mut tx = db.write(scope).await?;
    let wait = store::count_password(&mut tx, proof, is_change).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "a count is nobody's; what looks at it tells of the try"
    )]
    tx.commit_silently().await?;
    Ok(wait)
}
