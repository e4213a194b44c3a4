use std::time::Duration;

use db::WriteTx;
use kernel::{AuditEntry, ConnectionId, Scope, TokenHash};

use super::due::refresh_at;
use crate::connection::Connection;
use crate::egress::oauth::{OAuthClient, TokenAnswer};
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::service::Service;
use crate::store;
use crate::vault::Field;

/// Seals the tokens of a new grant, and says that the connection works.
pub(crate) async fn keep_granted<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    (connection, client): (&Connection<'_>, &OAuthClient<'_>),
    tokens: &TokenAnswer,
) -> Result<(), BrokerError> {
    let id = connection.row.id;
    let mut tx = service.db.write(scope).await?;
    seal(service, &mut tx, connection, tokens).await?;
    // What an older grant left would be refreshed in the place of this one.
    if tokens.refresh_token.is_none() {
        store::delete_secret(&mut tx, id.uuid(), Field::RefreshToken.as_str()).await?;
    }
    let life = life(service, tokens, tokens.refresh_token.is_some());
    store::keep_tokens(&mut tx, id, life).await?;
    if !store::set_connected(&mut tx, id, tokens.granted_scopes.as_deref()).await? {
        drop(tx);
        give_back(service, id, client, tokens).await;
        return Err(BrokerError::NotConnected);
    }
    Ok(tx
        .commit(told("connectors.tokens_stored", id, tokens))
        .await?)
}

/// Seals the tokens of a refresh, before anybody uses them.
pub(super) async fn keep_refreshed<L: Ledger>(
    service: &Service<L>,
    (scope, ticket): (&Scope, &TokenHash),
    (connection, client): (&Connection<'_>, &OAuthClient<'_>),
    tokens: &TokenAnswer,
) -> Result<(), BrokerError> {
    let id = connection.row.id;
    let mut tx = service.db.write(scope).await?;
    seal(service, &mut tx, connection, tokens).await?;
    let granted = tokens.granted_scopes.as_deref();
    if !store::end_refresh(&mut tx, ticket, life(service, tokens, true), granted).await? {
        drop(tx);
        give_back(service, id, client, tokens).await;
        return Err(BrokerError::NotConnected);
    }
    Ok(tx
        .commit(told("connectors.tokens_refreshed", id, tokens))
        .await?)
}

async fn seal<L: Ledger>(
    service: &Service<L>,
    tx: &mut WriteTx,
    connection: &Connection<'_>,
    tokens: &TokenAnswer,
) -> Result<(), BrokerError> {
    let owner = (connection.row.organisation, connection.row.id.uuid());
    let access = (Field::AccessToken, Some(&tokens.access_token));
    // An app that gives no other refresh token goes on with the one before (RFC 6749 6).
    let refresh = (Field::RefreshToken, tokens.refresh_token.as_ref());
    for (field, token) in [access, refresh] {
        if let Some(token) = token {
            let chance = service.db.chance();
            service.vault.put(tx, owner, field, token, chance).await?;
        }
    }
    Ok(())
}

/// When the access token ends, and when it is refreshed. A lifetime that the app did not name is not known.
fn life<L: Ledger>(service: &Service<L>, tokens: &TokenAnswer, can_refresh: bool) -> store::Life {
    let now = service.db.clock().now();
    let lifetime = tokens.expires_in_seconds.map(Duration::from_secs);
    let ends = lifetime.and_then(|lifetime| now.checked_add(lifetime.try_into().ok()?));
    let due = ends
        .and(lifetime)
        .filter(|_| can_refresh)
        .map(|lifetime| refresh_at(now, lifetime, service.db.chance()));
    (ends, due)
}

fn told(action: &'static str, id: ConnectionId, tokens: &TokenAnswer) -> AuditEntry {
    let granted = tokens.granted_scopes.as_deref().unwrap_or_default();
    AuditEntry::about(action, id).with("granted", granted.join(" "))
}

/// Tells the app to forget tokens that came for a connection that had ended by then: they were stored
/// nowhere, so this is the one chance.
async fn give_back<L: Ledger>(
    service: &Service<L>,
    id: ConnectionId,
    client: &OAuthClient<'_>,
    tokens: &TokenAnswer,
) {
    let token = tokens.refresh_token.as_ref();
    let token = token.unwrap_or(&tokens.access_token);
    if let Err(error) = service.egress.revoke(client, token).await {
        let code = BrokerError::from(error).code();
        tracing::warn!(connection = %id, code, "connectors.not_given_back");
    }
}
