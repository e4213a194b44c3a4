use kernel::{AuditEntry, OrganisationId, Scope, Secret, UserId};

use crate::hashing::{Parameters, Proof};
use crate::{Email, HashPool, HashPoolBusy, NewSession, SessionToken, store};

/// Whose session has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedIn {
    /// The person.
    pub user: UserId,
    /// The organisation that the session acts in; nowhere, for somebody in none.
    pub organisation: OrganisationId,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No such address, or not its password: nobody is told which.
    #[error("that address and password do not go together")]
    Wrong,
    /// Nobody looked: there were too many wrong ones. Seconds to wait.
    #[error("there were too many wrong passwords: wait {0} s")]
    Wait(u32),
    /// Try again later.
    #[error(transparent)]
    Busy(#[from] HashPoolBusy),
    /// The database failed.
    #[error("signing in failed")]
    Database(#[from] db::Error),
}

/// Starts a session for who proves to know the password. An unknown address costs the same time
/// and gives the same answer as a wrong password.
pub async fn sign_in(
    db: &db::Db,
    hashes: &HashPool,
    email: &str,
    password: Secret<String>,
    session: NewSession,
) -> Result<(SignedIn, SessionToken), SignInError> {
    let address = Email::parse(email).map_err(|_| SignInError::Wrong)?;
    let parameters = {
        let mut tx = db.read(&Scope::Anonymous).await?;
        Parameters::from_stored(store::password_challenge(&mut tx, &address).await?)
    };
    let proof = hashes.prove(password, parameters).await?;
    count(db, &address, &proof, &session).await?;
    let mut tx = db.write(&Scope::Anonymous).await?;
    let Some(signed_in) = store::sign_in(&mut tx, &address, &proof, &session).await? else {
        #[expect(
            clippy::disallowed_methods,
            reason = "identity.sign_in writes the entry: it alone knows whose address it was"
        )]
        tx.commit_silently().await?;
        return Err(SignInError::Wrong);
    };
    let entry = AuditEntry::about("identity.signed_in", signed_in.user)
        .with("session", session.id.to_string());
    tx.commit(entry).await?;
    Ok((signed_in, session.token))
}

/// Counts the try as a wrong one before anybody looks at it: who counted together with the look could see its
/// answer, and roll both back.
async fn count(
    db: &db::Db,
    address: &Email,
    proof: &Proof,
    session: &NewSession,
) -> Result<(), SignInError> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    let wait = store::count_sign_in(&mut tx, address, proof, session).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "a count is nobody's; identity.sign_in tells of the try"
    )]
    tx.commit_silently().await?;
    if wait > 0 {
        return Err(SignInError::Wait(wait));
    }
    Ok(())
}
