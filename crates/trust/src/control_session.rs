use std::time::Duration;

use crypto::token::{TokenKind, generate};
use db::{Db, Error};
use kernel::{AuditEntry, OrganisationId, Scope, Secret, SessionId, TokenHash, UserId};

use crate::store;

/// One of the two organisations that the controls attack from and attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The attacker.
    A,
    /// The attacked.
    B,
}

/// A session of a control organisation's owner.
#[derive(Debug)]
pub struct ControlSession {
    /// The owner.
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

/// Controls end well within this.
const LIFETIME: Duration = Duration::from_mins(10);

/// Starts a session in a control organisation, as the verifier. The organisation is made on first
/// use and holds nothing but what controls put there.
pub async fn control_session(db: &Db, which: Which) -> Result<ControlSession, Error> {
    let token = generate(TokenKind::Session, db.chance());
    let hash = TokenHash::from_digest(crypto::digest::sha256(token.expose().as_bytes()));
    let session = SessionId::new(db.clock().now(), db.chance());
    let name = match which {
        Which::A => "a",
        Which::B => "b",
    };
    let mut tx = db.write(&Scope::Anonymous).await?;
    let (user, organisation) =
        store::control_session(&mut tx, name, (session, &hash), LIFETIME).await?;
    let entry =
        AuditEntry::about("trust.control_session_started", session).with("organisation", name);
    tx.commit(entry).await?;
    Ok(ControlSession {
        user,
        organisation,
        session,
        token,
        hash,
    })
}
