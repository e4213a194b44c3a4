use crypto::token::{self, TokenKind};
use db::Db;
use kernel::{Scope, Secret};

use crate::redeem::ticket;
use crate::{Issued, Seen, TokenError, store};

/// What a client refreshes with (RFC 6749 6).
#[derive(Debug)]
pub struct Refresh<'a> {
    /// Who asks.
    pub client_id: &'a str,
    /// The refresh token.
    pub token: &'a str,
    /// Fewer permissions than the grant's, or nothing for all of them.
    pub scopes: Option<Vec<String>>,
    /// The grant's, or nothing.
    pub resource: Option<&'a str>,
    /// Who was seen asking.
    pub seen: Seen<'a>,
}

/// What the database made of a refresh token.
#[derive(Debug)]
pub(crate) enum Rotation {
    Granted {
        scopes: Vec<String>,
        /// The random part of the token that takes its place.
        successor: Secret<[u8; 32]>,
    },
    Scope,
    Refused,
}

/// Rotates a refresh token (RFC 9700 4.14.2). Whoever presents one token within ten seconds gets the
/// same successor, so that neither a lost answer nor two tabs cost a grant; after that it ends the
/// grant.
pub async fn refresh(db: &Db, asked: Refresh<'_>) -> Result<Issued, TokenError> {
    let random = token::random_part(TokenKind::RefreshToken, asked.token)
        .map_err(|_| TokenError::InvalidGrant)?;
    let ticket = ticket(db);
    let mut tx = db.write(&Scope::Anonymous).await?;
    let rotation = store::refresh(&mut tx, &random, &asked, ticket).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "a refresh is no news, and the definer function told of a replay"
    )]
    tx.commit_silently().await?;
    match rotation {
        Rotation::Granted { scopes, successor } => Ok(Issued {
            ticket,
            refresh: token::from_random(TokenKind::RefreshToken, &successor),
            scopes,
        }),
        Rotation::Scope => Err(TokenError::InvalidScope),
        Rotation::Refused => Err(TokenError::InvalidGrant),
    }
}
