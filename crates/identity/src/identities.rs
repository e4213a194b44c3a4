use db::{Db, Error, ReadTx, WriteTx};
use kernel::{AuditEntry, IdentityId, OrganisationId, Scope, TokenHash, UserId};
use time::OffsetDateTime;

use crate::sign_up::check_name;
use crate::{NewSession, SessionToken, store};

/// What another issuer knows a person as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRow {
    /// Its identifier.
    pub id: IdentityId,
    /// The issuer, as it names itself.
    pub issuer: String,
    /// What it calls them.
    pub label: String,
    /// When it was linked.
    pub created_at: OffsetDateTime,
    /// When it last signed them in.
    pub last_used_at: Option<OffsetDateTime>,
}

/// Why an identity was not taken away.
#[derive(Debug, thiserror::Error)]
pub enum UnlinkError {
    /// There is no such identity of this person.
    #[error("there is no such linked account")]
    Gone,
    /// Nothing else lets them in.
    #[error("nothing else lets this person in: it stays")]
    Last,
    /// The database failed.
    #[error("the linked account could not be removed")]
    Database(#[from] Error),
}

/// Somebody whom an issuer vouches for, and who has no account yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// The issuer, as it names itself.
    pub issuer: String,
    /// The address that it vouches for.
    pub email: String,
    /// Whether that is as good as a mail of ours.
    pub is_authoritative: bool,
    /// Local path to go on to.
    pub next: String,
}

/// Why no account was made by an issuer's word.
#[derive(Debug, thiserror::Error)]
pub enum NewcomerError {
    /// The issuer's word is used, or too old, or was given to another browser.
    #[error("this sign-in was used already, or has expired")]
    Gone,
    /// The address got an account meanwhile.
    #[error("the address has an account")]
    Exists,
    /// What is wrong with the form: the person's name, the organisation's name.
    #[error("a name is missing")]
    Names(Option<&'static str>, Option<&'static str>),
    /// The database failed.
    #[error("the account could not be stored")]
    Database(#[from] Error),
}

/// What other issuers know the bound person as, oldest first.
pub async fn identities(tx: &mut ReadTx) -> Result<Vec<IdentityRow>, Error> {
    store::identities::list(tx).await
}

/// Whether the bound person has a password.
pub async fn has_password(tx: &mut ReadTx) -> Result<bool, Error> {
    store::identities::has_password(tx).await
}

/// Takes one of the bound person's identities away: its issuer signs them in no more.
pub async fn unlink_identity(mut tx: WriteTx, identity: IdentityId) -> Result<(), UnlinkError> {
    match store::identities::unlink(&mut tx, identity).await?.as_str() {
        "removed" => {}
        "last" => return Err(UnlinkError::Last),
        _ => return Err(UnlinkError::Gone),
    }
    tx.commit(AuditEntry::about("identity.identity_unlinked", identity))
        .await?;
    Ok(())
}

/// Whom an issuer has vouched for at that state, to the browser with that digest.
pub async fn newcomer(
    db: &Db,
    state: &TokenHash,
    browser: &[u8; 32],
) -> Result<Option<Newcomer>, Error> {
    let mut tx = db.read(&Scope::Anonymous).await?;
    store::identities::newcomer(&mut tx, state, browser).await
}

/// Makes an account and its organisation for somebody whom an issuer vouches for, and starts their session.
pub async fn sign_up_newcomer(
    db: &Db,
    (state, browser): (&TokenHash, &[u8; 32]),
    (name, organisation): (&str, &str),
    session: NewSession,
) -> Result<SessionToken, NewcomerError> {
    let (name, organisation) = (name.trim(), organisation.trim());
    let wrong = (check_name(name), check_name(organisation));
    if wrong != (None, None) {
        return Err(NewcomerError::Names(wrong.0, wrong.1));
    }
    let (now, chance) = (db.clock().now(), db.chance());
    let new = store::identities::NewAccount {
        user: UserId::new(now, chance),
        name,
        organisation: OrganisationId::new(now, chance),
        organisation_name: organisation,
        identity: IdentityId::new(now, chance),
    };
    let (user, identity) = (new.user, new.identity);
    let mut tx = db.write(&Scope::Anonymous).await?;
    match store::identities::sign_up(&mut tx, (state, browser), new, &session)
        .await?
        .as_str()
    {
        "signed_up" => {}
        "exists" => {
            tx.commit(AuditEntry::new("identity.sign_up_refused"))
                .await?;
            return Err(NewcomerError::Exists);
        }
        _ => return Err(NewcomerError::Gone),
    }
    let entry = AuditEntry::about("identity.signed_in_by_issuer", user)
        .with("session", session.id.to_string())
        .with("identity", identity.to_string());
    tx.commit(entry).await?;
    Ok(session.token)
}
