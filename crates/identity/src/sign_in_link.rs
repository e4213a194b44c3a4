use std::time::Duration;

use crypto::token::{self, TokenKind};
use db::Db;
use kernel::{AuditEntry, Scope, Secret};

use crate::{NewSession, Principal, SessionToken, SignedIn, store};

/// A link opens nothing after this.
pub const LINK_LIFETIME: Duration = Duration::from_mins(10);

/// Why a link opened nothing.
#[derive(Debug, thiserror::Error)]
pub enum SignInLinkError {
    /// Mistyped, used, expired: nobody is told which.
    #[error("this link was used already, or has expired. Ask for a new one")]
    Dead,
    /// The database failed.
    #[error("signing in failed")]
    Database(#[from] db::Error),
}

/// Makes a single-use link for the bound person to go on in another browser.
pub async fn make_sign_in_link(
    db: &Db,
    scope: &Scope,
    principal: &Principal,
) -> Result<Secret<String>, db::Error> {
    let link = token::generate(TokenKind::SignInLink, db.chance());
    let hash = crypto::digest::sha256(link.expose().as_bytes());
    let mut tx = db.write(scope).await?;
    store::add_sign_in_link(&mut tx, principal, &hash, LINK_LIFETIME).await?;
    tx.commit(AuditEntry::about(
        "identity.sign_in_link_made",
        principal.user,
    ))
    .await?;
    Ok(link)
}

/// Uses a link up and starts a session.
pub async fn use_sign_in_link(
    db: &Db,
    link: &str,
    session: NewSession,
) -> Result<(SignedIn, SessionToken), SignInLinkError> {
    let hash = token::hash(TokenKind::SignInLink, link).map_err(|_| SignInLinkError::Dead)?;
    let mut tx = db.write(&Scope::Anonymous).await?;
    let Some(signed_in) = store::use_sign_in_link(&mut tx, &hash, &session).await? else {
        tx.commit(AuditEntry::new("identity.sign_in_link_refused"))
            .await?;
        return Err(SignInLinkError::Dead);
    };
    let entry = AuditEntry::about("identity.signed_in_by_link", signed_in.user)
        .with("session", session.id.to_string());
    tx.commit(entry).await?;
    Ok((signed_in, session.token))
}
