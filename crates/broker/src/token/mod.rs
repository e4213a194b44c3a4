//! The tokens of a connection: one to call with, refreshed before it ends, once for however many need it.

mod due;
mod flights;
mod keep;
mod refresh;

pub(crate) use flights::Flights;
pub(crate) use keep::keep_granted;

use std::time::{Duration, Instant};

use kernel::{ConnectionId, Scope, Secret};

use self::due::{Standing, standing};
use self::flights::Boarded;
use self::refresh::refresh;
use crate::connection::Connection;
use crate::egress::oauth::OAuthClient;
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::service::Service;
use crate::store;
use crate::vault::Field;

/// How often to look whether another broker is done.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Beside the time that a call may take.
const WAIT_LONGER: Duration = Duration::from_secs(5);

/// A token to call with.
#[derive(Debug)]
pub(crate) struct AccessToken {
    pub(crate) text: Secret<String>,
    /// Which of the connection's it is.
    version: i64,
}

/// The connection's access token, refreshed first where it is about to end.
pub(crate) async fn access_token<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: &Connection<'_>,
) -> Result<AccessToken, BrokerError> {
    if is_settled(service, scope, connection).await? {
        return open(service, scope, connection).await;
    }
    let until = Instant::now() + service.egress.policy().timeout + WAIT_LONGER;
    // Looked at between steps alone: a refresh that is cut off in the middle loses the app's answer.
    while Instant::now() < until {
        let mut tx = service.db.read(scope).await?;
        let fresh = Connection::read(&mut tx, &service.apps, connection.row.id).await?;
        drop(tx);
        fresh.usable()?;
        if is_settled(service, scope, &fresh).await? {
            return open(service, scope, &fresh).await;
        }
    }
    Err(BrokerError::RefreshTooLong)
}

/// True where the token is good as the row has it. Else what is due was done, by this caller or by whoever was at it:
/// the row tells what came of it.
async fn is_settled<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: &Connection<'_>,
) -> Result<bool, BrokerError> {
    let rule = connection.manifest.auth.refresh.as_ref();
    let rotates = rule.is_none_or(|rule| rule.rotates);
    let now = service.db.clock().now();
    let lives = match standing(&connection.row.token, rotates, now) {
        Standing::Good => return Ok(true),
        Standing::PutOff { seconds } => return Err(BrokerError::RefreshPutOff { seconds }),
        Standing::Elsewhere => {
            tokio::time::sleep(LOOK_EVERY).await;
            return Ok(false);
        }
        Standing::Due { lives } => lives,
    };
    match service.flights.board(connection.row.id) {
        Boarded::Under(_) if lives => return Ok(true),
        Boarded::Under(wait) => wait.ended().await,
        Boarded::First(_flight) => match refresh(service, scope, connection).await {
            // Nothing ended, and the token is good for a while.
            Err(error) if lives && !matches!(error, BrokerError::Reconnect) => return Ok(true),
            refreshed => refreshed?,
        },
    }
    Ok(false)
}

async fn open<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: &Connection<'_>,
) -> Result<AccessToken, BrokerError> {
    let text = stored(service, scope, connection, Field::AccessToken).await?;
    Ok(AccessToken {
        text: text.ok_or(BrokerError::NotConnected)?,
        version: connection.row.token.version,
    })
}

/// After the app refused `token`: whether another is there, or to be had. Where there is none, a person is asked to
/// connect again.
pub(crate) async fn refused<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    id: ConnectionId,
    token: &AccessToken,
) -> Result<bool, BrokerError> {
    let mut tx = service.db.write(scope).await?;
    if store::refresh_now(&mut tx, (id, token.version)).await? {
        #[expect(
            clippy::disallowed_methods,
            reason = "the refresh that follows is told"
        )]
        tx.commit_silently().await?;
        return Ok(true);
    }
    drop(tx);
    let mut tx = service.db.read(scope).await?;
    let now = Connection::read(&mut tx, &service.apps, id).await?;
    drop(tx);
    if now.row.token.version != token.version {
        return Ok(true);
    }
    mark_reconnect(service, scope, id, "connectors.token_refused").await?;
    Ok(false)
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
