use crypto::token::{self, TokenKind};
use db::{Db, Error};
use kernel::{AuditEntry, OrganisationId, Scope, Secret, UserId};

use crate::{Request, store};

/// Gives a client the code for what the person behind `scope` let it do, `granted`: some of what it
/// asked for, and nothing that they do not hold, which the database checks.
///
/// The code lives for a minute and is good once.
pub async fn consent(
    db: &Db,
    scope: &Scope,
    (organisation, person): (OrganisationId, UserId),
    (client, request): (&str, &Request),
    granted: &[String],
) -> Result<Secret<String>, Error> {
    let asked = |name: &String| request.scopes.contains(name);
    if granted.is_empty() || !granted.iter().all(asked) {
        return Err(Error::Forbidden);
    }
    // As in tokens: sorted, each once, however the form came.
    let mut granted = granted.to_vec();
    granted.sort_unstable();
    granted.dedup();
    let code = token::generate(TokenKind::AuthorizationCode, db.chance());
    let row = store::NewCode {
        organisation,
        person,
        hash: crypto::digest::sha256(code.expose().as_bytes()),
        client,
        request,
        granted: &granted,
    };
    let mut tx = db.write(scope).await?;
    store::insert_code(&mut tx, row).await?;
    let entry = AuditEntry::about("oauth.consented", client).with("scopes", granted.join(" "));
    tx.commit(entry).await?;
    Ok(code)
}
