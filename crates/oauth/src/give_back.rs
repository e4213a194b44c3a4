use crypto::token::{self, TokenKind};
use db::{Db, Error};
use kernel::Scope;

use crate::store;

/// Ends the grant of a refresh or access token that its client gives back (RFC 7009). A token that is
/// none is no error (RFC 7009 2.2).
pub async fn give_back(db: &Db, client_id: &str, token: &str) -> Result<(), Error> {
    let refresh = token::random_part(TokenKind::RefreshToken, token)
        .ok()
        .map(|random| crypto::digest::sha256(random.expose()));
    let access = crypto::digest::sha256(token.as_bytes());
    let mut tx = db.write(&Scope::Anonymous).await?;
    store::give_back(&mut tx, refresh, access, client_id).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the definer function told the audit log"
    )]
    tx.commit_silently().await
}
