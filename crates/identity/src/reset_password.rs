use crypto::token::{self, TokenKind};
use db::{Db, ReadTx};
use kernel::Scope;

use crate::set_password::{ChosenError, choose};
use crate::{
    Email, HashPool, HashPoolBusy, LinkError, LinkFace, NewPassword, PasswordError, store,
};

/// Why no password was set.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// The link opens nothing.
    #[error("this link was used already, or has expired. Ask for a new one")]
    Dead,
    /// Try again later.
    #[error(transparent)]
    Busy(#[from] HashPoolBusy),
    /// The password is easy to guess.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database failed.
    #[error("the password could not be stored")]
    Database(#[from] db::Error),
}

/// Mails a link to the address, if somebody has an account under it. Says nothing of whether: the
/// caller answers alike, and in the same time.
pub async fn ask_reset(db: &Db, email: &Email) -> Result<(), db::Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    store::links::ask_reset(&mut tx, email).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "identity.ask_reset writes the entry: it alone knows whose address it was"
    )]
    tx.commit_silently().await
}

/// Whose password a link would set. Showing it uses nothing up: previews of mails fetch links.
pub async fn show_reset(tx: &mut ReadTx, link: &str) -> Result<LinkFace, LinkError> {
    let hash = token::hash(TokenKind::ResetPassword, link).map_err(|_| LinkError::Dead)?;
    store::links::face(tx, "reset_password", &hash)
        .await?
        .ok_or(LinkError::Dead)
}

/// Sets the password of whom the link is for, and ends every session of theirs.
pub async fn reset_password(
    db: &Db,
    hashes: &HashPool,
    link: &str,
    password: NewPassword,
) -> Result<(), ResetError> {
    let hash = token::hash(TokenKind::ResetPassword, link).map_err(|_| ResetError::Dead)?;
    let face = {
        let mut tx = db.read(&Scope::Anonymous).await?;
        store::links::face(&mut tx, "reset_password", &hash).await?
    };
    // A password that is refused must not use the link up.
    let face = face.ok_or(ResetError::Dead)?;
    let chosen = choose(db, hashes, password, vec![face.name, face.email]).await?;
    let mut tx = db.write(&Scope::Anonymous).await?;
    if !store::links::reset_password(&mut tx, &hash, &chosen).await? {
        return Err(ResetError::Dead);
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "identity.reset_password writes the entry, into the log of the person's organisation"
    )]
    tx.commit_silently().await?;
    Ok(())
}

impl From<ChosenError> for ResetError {
    fn from(error: ChosenError) -> Self {
        match error {
            ChosenError::Busy(busy) => Self::Busy(busy),
            ChosenError::Password(wrong) => Self::Password(wrong),
        }
    }
}
