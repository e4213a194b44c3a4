use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use kernel::{ConnectionId, Scope, Secret};
use time::Duration;

use crate::connection::Connection;
use crate::egress::oauth::{OAuthClient, OAuthError, TokenAnswer};
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::service::Service;
use crate::store;
use crate::vault::Field;

/// A token that ends within this is refreshed before it is used.
const REFRESH_AHEAD: Duration = Duration::minutes(2);

/// One refresh at a time for a connection: a rotated refresh token that is used twice ends the
/// whole grant.
#[derive(Debug, Default)]
pub(crate) struct RefreshTurns(Mutex<HashMap<ConnectionId, Arc<tokio::sync::Mutex<()>>>>);

impl RefreshTurns {
    fn of(&self, connection: ConnectionId) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody waits for a turn that only this map holds.
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(turns.entry(connection).or_default())
    }
}

/// The connection's access token, refreshed first where it is about to end.
pub(crate) async fn access_token<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: &Connection<'_>,
) -> Result<Secret<String>, BrokerError> {
    if !about_to_end(service, connection) {
        return stored(service, scope, connection, Field::AccessToken)
            .await?
            .ok_or(BrokerError::NotConnected);
    }
    let turn = service.turns.of(connection.row.id);
    let _turn = turn.lock().await;
    // Somebody may have refreshed it while this call waited for its turn.
    let mut tx = service.db.read(scope).await?;
    let fresh = Connection::read(&mut tx, &service.apps, connection.row.id).await?;
    drop(tx);
    fresh.usable()?;
    if about_to_end(service, &fresh) {
        refresh(service, scope, &fresh).await?;
    }
    stored(service, scope, &fresh, Field::AccessToken)
        .await?
        .ok_or(BrokerError::NotConnected)
}

fn about_to_end<L: Ledger>(service: &Service<L>, connection: &Connection<'_>) -> bool {
    let ends = connection.row.access_expires_at;
    ends.is_some_and(|ends| ends - REFRESH_AHEAD <= service.db.clock().now())
}

/// Trades the refresh token for a new pair and stores it before anybody uses it.
async fn refresh<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: &Connection<'_>,
) -> Result<(), BrokerError> {
    let Some(refresh_token) = stored(service, scope, connection, Field::RefreshToken).await? else {
        // The app gave none: the token is used until the app refuses it.
        return Ok(());
    };
    let secret = stored(service, scope, connection, Field::ClientSecret).await?;
    let client = client(connection, secret.as_ref())?;
    match service.egress.refresh(&client, &refresh_token).await {
        Ok(tokens) => store_tokens(service, scope, (connection, &client), &tokens).await,
        Err(OAuthError::DeadGrant) => {
            mark_reconnect(service, scope, connection.row.id, "connectors.grant_ended").await?;
            Err(BrokerError::Reconnect)
        }
        Err(other) => Err(other.into()),
    }
}

/// The client as the app knows it.
pub(crate) fn client<'a>(
    connection: &'a Connection<'_>,
    secret: Option<&'a Secret<String>>,
) -> Result<OAuthClient<'a>, BrokerError> {
    let id = connection
        .row
        .client_id
        .as_deref()
        .ok_or(BrokerError::NotConnected)?;
    Ok(OAuthClient {
        manifest: connection.manifest,
        instance: connection.instance(),
        id,
        secret,
    })
}

/// One of the connection's secrets.
pub(crate) async fn stored<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: &Connection<'_>,
    field: Field,
) -> Result<Option<Secret<String>>, BrokerError> {
    let owner = (connection.row.organisation, connection.row.id.uuid());
    let mut tx = service.db.read(scope).await?;
    Ok(service.vault.get(&mut tx, owner, field).await?)
}

/// Seals a token answer, and says that the connection works.
pub(crate) async fn store_tokens<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    (connection, client): (&Connection<'_>, &OAuthClient<'_>),
    tokens: &TokenAnswer,
) -> Result<(), BrokerError> {
    let id = connection.row.id;
    let owner = (connection.row.organisation, id.uuid());
    let chance = service.db.chance();
    let mut tx = service.db.write(scope).await?;
    service
        .vault
        .put(
            &mut tx,
            owner,
            Field::AccessToken,
            &tokens.access_token,
            chance,
        )
        .await?;
    if let Some(refresh) = &tokens.refresh_token {
        service
            .vault
            .put(&mut tx, owner, Field::RefreshToken, refresh, chance)
            .await?;
    }
    // A lifetime that the app did not name is not known.
    let ends = tokens.expires_in_seconds.and_then(|seconds| {
        service
            .db
            .clock()
            .now()
            .checked_add(Duration::seconds(i64::try_from(seconds).ok()?))
    });
    store::set_expiry(&mut tx, id, ends).await?;
    if !store::set_connected(&mut tx, id, tokens.granted_scopes.as_deref()).await? {
        drop(tx);
        give_back(service, id, client, tokens).await;
        return Err(BrokerError::NotConnected);
    }
    let entry = kernel::AuditEntry::about("connectors.tokens_stored", id).with(
        "granted",
        tokens
            .granted_scopes
            .as_deref()
            .unwrap_or_default()
            .join(" "),
    );
    Ok(tx.commit(entry).await?)
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

/// Says that a person must connect again, and why.
pub(crate) async fn mark_reconnect<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: ConnectionId,
    reason: &'static str,
) -> Result<(), BrokerError> {
    let mut tx = service.db.write(scope).await?;
    if !store::set_connection_state(&mut tx, connection, "reconnect", Some(reason)).await? {
        return Ok(());
    }
    let entry =
        kernel::AuditEntry::about("connectors.reconnect_needed", connection).with("reason", reason);
    Ok(tx.commit(entry).await?)
}
