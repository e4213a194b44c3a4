use crypto::access_token::Claims;
use kernel::{Scope, UserId};
use url::Url;

use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::protocol::{Answer, HashText, SecretText};
use crate::service::Service;
use crate::store::{self, Granted};

/// Signs the access token that the database has granted to whoever holds the ticket, once.
///
/// The front brings no claim: what the token says is what stands in the database, so that a stolen
/// front has nothing signed that was not granted there.
pub(crate) async fn issue_access_token<L: Ledger>(
    service: &Service<L>,
    ticket: HashText,
) -> Result<Answer, BrokerError> {
    let ticket = ticket.hash();
    let mut tx = service.db.write(&Scope::Anonymous).await?;
    let granted = store::to_issue(&mut tx, ticket).await?;
    let granted = granted.ok_or(BrokerError::NoTicket)?;
    let chance = service.db.chance();
    let (key, entries) = service.vault.token_key(&mut tx, chance).await?;
    let token = key.sign(&claims(granted));
    let hash = crypto::digest::sha256(token.expose().as_bytes());
    store::issued(&mut tx, ticket, hash).await?;
    if entries.is_empty() {
        #[expect(
            clippy::disallowed_methods,
            reason = "the grant's beginning and end are told, not each quarter of an hour of it"
        )]
        tx.commit_silently().await?;
    } else {
        tx.commit_all(entries).await?;
    }
    let token = SecretText::new(token.expose().clone());
    Ok(Answer::AccessToken { token })
}

fn claims(granted: Granted) -> Claims {
    let issuer = Url::parse(&granted.resource).map(|url| url.origin().ascii_serialization());
    Claims {
        // A resource is always one of this server's: its origin is ours.
        iss: issuer.unwrap_or_default(),
        sub: UserId::from(granted.person).to_string(),
        aud: granted.resource,
        client_id: granted.client_id,
        scope: granted.scopes.join(" "),
        jti: granted.id.to_string(),
        iat: granted.created_at.unix_timestamp(),
        exp: granted.expires_at.unix_timestamp(),
    }
}
