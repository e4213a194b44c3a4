use std::time::Duration;

use crypto::token::{TokenKind, generate};
use db::{Db, Error, WriteTx};
use kernel::{
    ApiKeyId, AuditEntry, OrganisationId, PasskeyId, Scope, Secret, SessionId, TokenHash, UserId,
};
use uuid::Uuid;

use crate::store;

/// A session in a control organisation.
#[derive(Debug)]
pub struct ControlSession {
    /// Whose it is.
    pub user: UserId,
    /// The organisation.
    pub organisation: OrganisationId,
    /// The session's row.
    pub session: SessionId,
    /// The session's token.
    pub token: Secret<String>,
    /// Its hash.
    pub hash: TokenHash,
}

/// A round that is killed leaves sessions behind that nobody has the token of, for this long.
const LIFETIME: Duration = Duration::from_mins(90);

/// Starts a session in each of the two control organisations, as the verifier: the attacker's, then
/// the attacked one's. The organisations are made on first use and hold nothing but what controls
/// put there.
pub async fn control_sessions(db: &Db) -> Result<(ControlSession, ControlSession), Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    let attacker = start(db, &mut tx, "a").await?;
    let attacked = start(db, &mut tx, "b").await?;
    let entry = AuditEntry::about("trust.control_session_started", attacker.session)
        .with("attacked", attacked.session.to_string());
    tx.commit(entry).await?;
    Ok((attacker, attacked))
}

/// Starts a session in the control organisation that asks for a second factor which nobody there has.
pub async fn half_control_session(db: &Db) -> Result<ControlSession, Error> {
    one(db, "half").await
}

/// Starts another session of the attacker's, whose last proof of who it is was an hour ago.
pub async fn stale_control_session(db: &Db) -> Result<ControlSession, Error> {
    one(db, "stale").await
}

async fn one(db: &Db, name: &str) -> Result<ControlSession, Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    let session = start(db, &mut tx, name).await?;
    let entry = AuditEntry::about("trust.control_session_started", session.session);
    tx.commit(entry).await?;
    Ok(session)
}

/// Starts a session of a colleague of the attacker's who signs in as people do.
pub async fn visitor_control_session(db: &Db) -> Result<ControlSession, Error> {
    one(db, "visitor").await
}

/// Starts sessions of two colleagues of the attacker's: a participant of level 40, and a reviewer.
pub async fn colleague_control_sessions(
    db: &Db,
) -> Result<(ControlSession, ControlSession), Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    let member = start(db, &mut tx, "member").await?;
    let reviewer = start(db, &mut tx, "reviewer").await?;
    let entry = AuditEntry::about("trust.control_session_started", member.session)
        .with("reviewer", reviewer.session.to_string());
    tx.commit(entry).await?;
    Ok((member, reviewer))
}

async fn start(db: &Db, tx: &mut WriteTx, name: &str) -> Result<ControlSession, Error> {
    let token = generate(TokenKind::Session, db.chance());
    let hash = TokenHash::from_digest(crypto::digest::sha256(token.expose().as_bytes()));
    let session = SessionId::new(db.clock().now(), db.chance());
    let (user, organisation) = store::control_session(tx, name, (session, &hash), LIFETIME).await?;
    Ok(ControlSession {
        user,
        organisation,
        session,
        token,
        hash,
    })
}

/// Lets the grace pass in which a rotated refresh token of the control organisations may come again.
pub async fn age_control_tokens(db: &Db) -> Result<(), Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    store::age_control_tokens(&mut tx).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "nothing of anybody's is changed: the tokens are the controls' own"
    )]
    tx.commit_silently().await
}

/// Adds a mailed link of the control organisations, by the hash of its token: a `reset_password` of one of their
/// people, or an `invitation` of `control-{whom}@controls.invalid`. It works for so many seconds more.
pub async fn add_control_link(
    db: &Db,
    (kind, whom): (&str, &str),
    hash: &[u8; 32],
    seconds: i32,
) -> Result<(), Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    store::add_control_link(&mut tx, (kind, whom), hash, seconds).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "nobody's: that the controls' session was started is in the log"
    )]
    tx.commit_silently().await
}

/// Takes away what a round of controls made in the control organisations: these sessions and keys,
/// the canary's unfinished round trip, and what earlier rounds that were killed left behind. Stay
/// do the organisations, what is attacked in them (made once), and the audit entries.
pub async fn sweep_controls(
    db: &Db,
    sessions: &[SessionId],
    keys: &[ApiKeyId],
) -> Result<(), Error> {
    let sessions = sessions.iter().map(|session| session.uuid());
    let made: Vec<_> = sessions.chain(keys.iter().map(|key| key.uuid())).collect();
    sweep(db, &made).await
}

/// The same for passkeys of the control organisations' people.
pub async fn sweep_control_passkeys(db: &Db, passkeys: &[PasskeyId]) -> Result<(), Error> {
    let made: Vec<_> = passkeys.iter().map(|passkey| passkey.uuid()).collect();
    sweep(db, &made).await
}

async fn sweep(db: &Db, made: &[Uuid]) -> Result<(), Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    store::sweep_controls(&mut tx, made).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "that the sessions were started is in the log; nothing of anybody's is removed"
    )]
    tx.commit_silently().await
}
