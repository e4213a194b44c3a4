use crypto::token::{self, TokenKind};
use db::ReadTx;
use time::OffsetDateTime;

use crate::{SignInLinkError, store};

/// Whom a link would sign in. Showing it does not use it up: previews of chats and mails fetch
/// links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInLinkFace {
    /// The person's name.
    pub name: String,
    /// The organisation's name.
    pub organisation: String,
    /// It opens nothing after this.
    pub expires_at: OffsetDateTime,
}

/// What a link that was not used yet would do.
pub async fn show_sign_in_link(
    tx: &mut ReadTx,
    link: &str,
) -> Result<SignInLinkFace, SignInLinkError> {
    let hash = token::hash(TokenKind::SignInLink, link).map_err(|_| SignInLinkError::Dead)?;
    store::show_sign_in_link(tx, &hash)
        .await?
        .ok_or(SignInLinkError::Dead)
}
