use crypto::token::{self, TokenKind};
use db::Db;
use kernel::{GrantId, Scope, TokenHash};

use crate::{Issued, Seen, TokenError, Verifier, store};

/// What a client trades a code with (RFC 6749 4.1.3, RFC 7636 4.5).
#[derive(Debug)]
pub struct Redeem<'a> {
    /// Who asks.
    pub client_id: &'a str,
    /// The code.
    pub code: &'a str,
    /// The address that it came to.
    pub redirect_uri: &'a str,
    /// What the challenge was made of.
    pub verifier: &'a Verifier,
    /// The same as was asked for, or nothing.
    pub resource: Option<&'a str>,
    /// Who was seen asking.
    pub seen: Seen<'a>,
}

/// Trades a code for a grant, once.
pub async fn redeem_code(db: &Db, redeem: Redeem<'_>) -> Result<Issued, TokenError> {
    let code = token::hash(TokenKind::AuthorizationCode, redeem.code)
        .map_err(|_| TokenError::InvalidGrant)?;
    let (begin, refresh) = begin(db);
    let mut tx = db.write(&Scope::Anonymous).await?;
    let granted = store::redeem_code(&mut tx, code, &redeem, &begin).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the definer function told the audit log, also of what it refused"
    )]
    tx.commit_silently().await?;
    Ok(Issued {
        ticket: begin.ticket,
        refresh,
        scopes: granted.ok_or(TokenError::InvalidGrant)?,
    })
}

/// What a new grant begins with.
#[derive(Debug)]
pub(crate) struct Begin {
    pub(crate) grant: GrantId,
    /// Of the first refresh token's random part.
    pub(crate) refresh_hash: [u8; 32],
    pub(crate) ticket: TokenHash,
}

pub(crate) fn begin(db: &Db) -> (Begin, kernel::Secret<String>) {
    let mut random = [0_u8; 32];
    db.chance().fill(&mut random);
    let refresh_hash = crypto::digest::sha256(&random);
    let random = kernel::Secret::new(random);
    let begin = Begin {
        grant: GrantId::new(db.clock().now(), db.chance()),
        refresh_hash,
        ticket: ticket(db),
    };
    (begin, token::from_random(TokenKind::RefreshToken, &random))
}

/// The right to have one access token signed.
pub(crate) fn ticket(db: &Db) -> TokenHash {
    let mut random = [0_u8; 32];
    db.chance().fill(&mut random);
    TokenHash::from_digest(crypto::digest::sha256(&random))
}
