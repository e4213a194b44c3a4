use crypto::token::{self, TokenKind};
use db::{Db, ReadTx, WriteTx};
use kernel::{AuditEntry, InvitationId, Scope, TokenHash, UserId};
use time::OffsetDateTime;

use crate::set_password::{ChosenError, choose};
use crate::sign_up::check_name;
use crate::{
    HashPool, HashPoolBusy, LinkError, NewPassword, NewSession, PasswordError, SessionToken,
    SignedIn, store,
};

/// What an invitation's link would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationFace {
    /// The address that was invited, and no other.
    pub email: String,
    /// The role that it gives.
    pub role: String,
    /// The level that it gives.
    pub level: i32,
    /// The name of the organisation's own role that it gives instead.
    pub custom_role: Option<String>,
    /// The organisation's name.
    pub organisation: String,
    /// Who invited.
    pub inviter: String,
    /// It opens nothing after this.
    pub expires_at: OffsetDateTime,
    /// Whether somebody has an account under the address.
    pub has_account: bool,
}

/// Why nobody joined.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// The link opens nothing, or is for somebody else.
    #[error("this invitation was used already, has expired, or is for another address")]
    Dead,
    /// The person's name.
    #[error("{0}")]
    Name(&'static str),
    /// Try again later.
    #[error(transparent)]
    Busy(#[from] HashPoolBusy),
    /// The password is easy to guess.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database failed.
    #[error("joining failed")]
    Database(#[from] db::Error),
}

/// Who joined, by which invitation.
pub(crate) struct Joined {
    pub(crate) signed_in: SignedIn,
    pub(crate) invitation: InvitationId,
}

/// What an invitation's link would do. Showing it uses nothing up.
pub async fn show_invitation(tx: &mut ReadTx, link: &str) -> Result<InvitationFace, LinkError> {
    let hash = token::hash(TokenKind::Invitation, link).map_err(|_| LinkError::Dead)?;
    store::invitations::face(tx, &hash)
        .await?
        .ok_or(LinkError::Dead)
}

/// The bound person joins. Their session goes on in the organisation that they joined, as a new one.
pub async fn accept_invitation(
    mut tx: WriteTx,
    link: &str,
    session: NewSession,
) -> Result<SessionToken, JoinError> {
    let hash = hash(link)?;
    let joined = store::invitations::accept(&mut tx, &hash, &session).await?;
    let joined = joined.ok_or(JoinError::Dead)?;
    finish(tx, joined, session).await
}

/// Somebody without an account makes one under the invited address, and joins.
pub async fn sign_up_by_invitation(
    db: &Db,
    hashes: &HashPool,
    (link, name): (&str, &str),
    password: NewPassword,
    session: NewSession,
) -> Result<SessionToken, JoinError> {
    let hash = hash(link)?;
    let name = name.trim();
    if let Some(wrong) = check_name(name) {
        return Err(JoinError::Name(wrong));
    }
    let face = {
        let mut tx = db.read(&Scope::Anonymous).await?;
        store::invitations::face(&mut tx, &hash).await?
    };
    // A password that is refused must not use the link up.
    let face = face
        .filter(|face| !face.has_account)
        .ok_or(JoinError::Dead)?;
    let about = vec![name.to_owned(), face.email, face.organisation];
    let chosen = choose(db, hashes, password, about).await?;
    let user = UserId::new(db.clock().now(), db.chance());
    let mut tx = db.write(&Scope::Anonymous).await?;
    let joined = store::invitations::sign_up(&mut tx, &hash, (user, name, &chosen), &session).await;
    let joined = match joined {
        // Somebody signed up under the address a moment ago.
        Err(db::Error::Exists) => None,
        other => other?,
    };
    finish(tx, joined.ok_or(JoinError::Dead)?, session).await
}

/// The transaction acts in the organisation that was joined by now: its log tells the inviter.
async fn finish(
    tx: WriteTx,
    joined: Joined,
    session: NewSession,
) -> Result<SessionToken, JoinError> {
    let entry = AuditEntry::about("identity.invitation_accepted", joined.invitation)
        .with("person", joined.signed_in.user.to_string())
        .with("session", session.id.to_string());
    tx.commit(entry).await?;
    Ok(session.token)
}

fn hash(link: &str) -> Result<TokenHash, JoinError> {
    token::hash(TokenKind::Invitation, link).map_err(|_| JoinError::Dead)
}

impl From<ChosenError> for JoinError {
    fn from(error: ChosenError) -> Self {
        match error {
            ChosenError::Busy(busy) => Self::Busy(busy),
            ChosenError::Password(wrong) => Self::Password(wrong),
        }
    }
}
