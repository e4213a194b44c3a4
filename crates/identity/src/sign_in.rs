use std::sync::Arc;

use kernel::{AuditEntry, OrganisationId, Scope, Secret, UserId};

use crate::hashing::{Parameters, Proof, argon2id};
use crate::set_password::Chosen;
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
/// and gives the same answer as a wrong password. A password that was set at another cost than today's is kept at
/// today's from here on.
pub async fn sign_in(
    db: &db::Db,
    hashes: &HashPool,
    email: &str,
    password: Secret<String>,
    session: NewSession,
) -> Result<(SignedIn, SessionToken), SignInError> {
    let address = Email::parse(email).map_err(|_| SignInError::Wrong)?;
    let password = Arc::new(password);
    let mut parameters = challenge(db, &address).await?;
    loop {
        let (proof, renewed) = prove(db, hashes, &password, parameters.clone()).await?;
        if let Some(found) = look(db, &address, (&proof, renewed), &session).await? {
            return Ok((found, session.token));
        }
        if parameters.are_todays() {
            return Err(SignInError::Wrong);
        }
        // Another sign-in at the same moment may have brought the password to today's cost.
        let before = std::mem::replace(&mut parameters, challenge(db, &address).await?);
        if before == parameters {
            return Err(SignInError::Wrong);
        }
    }
}

async fn challenge(db: &db::Db, address: &Email) -> Result<Parameters, db::Error> {
    let mut tx = db.read(&Scope::Anonymous).await?;
    let stored = store::password_challenge(&mut tx, address).await?;
    Ok(Parameters::from_stored(stored))
}

/// Counts the try, and has the database look at it: nobody where it was wrong.
async fn look(
    db: &db::Db,
    address: &Email,
    (proof, renewed): (&Proof, Option<Chosen>),
    session: &NewSession,
) -> Result<Option<SignedIn>, SignInError> {
    count(db, address, proof, session).await?;
    let mut tx = db.write(&Scope::Anonymous).await?;
    let renewed = renewed.as_ref();
    let signed_in = store::sign_in(&mut tx, address, proof, renewed, session).await?;
    let Some(signed_in) = signed_in else {
        #[expect(
            clippy::disallowed_methods,
            reason = "identity.sign_in writes the entry: it alone knows whose address it was"
        )]
        tx.commit_silently().await?;
        return Ok(None);
    };
    let entry = AuditEntry::about("identity.signed_in", signed_in.user)
        .with("session", session.id.to_string());
    tx.commit(entry).await?;
    Ok(Some(signed_in))
}

/// The proof of a password; and that of the same at today's cost, where it was set at another.
async fn prove(
    db: &db::Db,
    hashes: &HashPool,
    password: &Arc<Secret<String>>,
    parameters: Parameters,
) -> Result<(Proof, Option<Chosen>), HashPoolBusy> {
    let password = Arc::clone(password);
    let fresh = (!parameters.are_todays()).then(|| Parameters::fresh(db.chance()));
    hashes
        .run(move || {
            let proof = argon2id(&password, &parameters);
            let renewed = fresh.map(|parameters| Chosen {
                proof: argon2id(&password, &parameters),
                parameters,
            });
            (proof, renewed)
        })
        .await
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
