use crypto::token::{self, TokenKind};
use db::{ReadTx, WriteTx};
use kernel::{AuditEntry, UserId};
use time::OffsetDateTime;

use crate::store;

/// Why a link in a mail opened nothing.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Mistyped, used, ended, expired, somebody else's: nobody is told which.
    #[error("this link was used already, or has expired. Ask for a new one")]
    Dead,
    /// The database failed.
    #[error("the link could not be used")]
    Database(#[from] db::Error),
}

/// Whom a link in a mail is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkFace {
    /// The person.
    pub user: UserId,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// It opens nothing after this.
    pub expires_at: OffsetDateTime,
}

/// What became of asking for another verification mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskVerification {
    /// One is queued.
    Queued,
    /// The last one was queued a moment ago, or there were too many.
    TooSoon,
    /// The address is verified.
    Verified,
}

/// Whose address a link would verify. Showing it uses nothing up.
pub async fn show_verification(tx: &mut ReadTx, link: &str) -> Result<LinkFace, LinkError> {
    let hash = token::hash(TokenKind::VerifyAddress, link).map_err(|_| LinkError::Dead)?;
    store::links::face(tx, "verify_address", &hash)
        .await?
        .ok_or(LinkError::Dead)
}

/// Verifies the address of the bound person by the link that was mailed to it.
pub async fn verify_address(mut tx: WriteTx, user: UserId, link: &str) -> Result<(), LinkError> {
    let hash = token::hash(TokenKind::VerifyAddress, link).map_err(|_| LinkError::Dead)?;
    if !store::links::verify_address(&mut tx, &hash).await? {
        return Err(LinkError::Dead);
    }
    tx.commit(AuditEntry::about("identity.address_verified", user))
        .await?;
    Ok(())
}

/// Has the bound person's verification mail sent again.
pub async fn ask_verification(mut tx: WriteTx, user: UserId) -> Result<AskVerification, db::Error> {
    match store::links::ask_verification(&mut tx).await?.as_str() {
        "again" => {}
        "soon" => return Ok(AskVerification::TooSoon),
        _ => return Ok(AskVerification::Verified),
    }
    tx.commit(AuditEntry::about("identity.verification_asked", user))
        .await?;
    Ok(AskVerification::Queued)
}
