use crypto::token::{TokenKind, generate};
use db::{Db, Error};
use kernel::{AuditEntry, ProviderId, Scope, SessionId, TokenHash, UserId};

use crate::store;

/// Somebody of the controls, with one text in everything that is theirs.
#[derive(Debug)]
pub struct ControlPerson {
    /// Who it is.
    pub user: UserId,
    /// The text.
    pub canary: String,
    /// Their address, which holds it too.
    pub email: String,
    /// The hash of a session's token.
    pub hash: TokenHash,
}

/// What a table holds of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traces {
    /// Rows that name them.
    pub named: i64,
    /// Rows that hold the text.
    pub held: i64,
}

/// Makes somebody in a control organisation, with a fresh text in each of their fields.
pub async fn make_control_person(db: &Db) -> Result<ControlPerson, Error> {
    // An identifier of nothing: a text that is nowhere else.
    let random = UserId::new(db.clock().now(), db.chance()).uuid();
    let canary = format!("canary{}", random.simple());
    let token = generate(TokenKind::Session, db.chance());
    let person = ControlPerson {
        user: UserId::new(db.clock().now(), db.chance()),
        email: format!("{canary}@controls.invalid"),
        canary,
        hash: TokenHash::from_digest(crypto::digest::sha256(token.expose().as_bytes())),
    };
    let session = SessionId::new(db.clock().now(), db.chance());
    let mut tx = db.write(&Scope::Anonymous).await?;
    store::make_control_person(&mut tx, &person, session).await?;
    tx.commit(AuditEntry::about("trust.control_session_started", session))
        .await?;
    Ok(person)
}

/// The identity provider of a control organisation, which lets people of `controls.invalid` in; made where it is not
/// there yet.
pub async fn make_control_provider(db: &Db) -> Result<ProviderId, Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    let provider = store::make_control_provider(&mut tx).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "a fixture of the controls', the same in each round"
    )]
    tx.commit_silently().await?;
    Ok(provider)
}

/// What `table` holds of them.
pub async fn traces_of(db: &Db, table: &str, person: &ControlPerson) -> Result<Traces, Error> {
    let mut tx = db.read(&Scope::Anonymous).await?;
    store::traces_of(&mut tx, table, person).await
}

/// Takes away what is left of them.
pub async fn forget_control_person(db: &Db, person: &ControlPerson) -> Result<(), Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    store::forget_control_person(&mut tx, person.user).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "that the session was started is in the log; nothing of anybody's is removed"
    )]
    tx.commit_silently().await
}
