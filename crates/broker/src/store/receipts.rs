//! What comes of ending connections.

use std::time::Duration;

use db::{Error, ReadTx, WriteTx};
use kernel::{ConnectionId, OrganisationId, Revocation, TokenHash};

/// A connection that has ended, whose app is to be told.
#[derive(Debug)]
pub(crate) struct EndedRow {
    pub(crate) organisation: OrganisationId,
    pub(crate) connection: ConnectionId,
    pub(crate) app: String,
    pub(crate) instance: Option<String>,
    pub(crate) client_id: Option<String>,
    /// How often it was told, this time included.
    pub(crate) tries: u32,
}

/// Ends all connections of the bound organisation, or those of one app. Returns which.
pub(crate) async fn disconnect_all(
    tx: &mut WriteTx,
    app: Option<&str>,
) -> Result<Vec<ConnectionId>, Error> {
    let ended = sqlx::query_scalar!(r#"select connectors.disconnect_all($1) as "id!""#, app)
        .fetch_all(&mut **tx)
        .await?;
    Ok(ended.into_iter().map(ConnectionId::from).collect())
}

/// How many proposals went with a connection that ended.
pub(crate) async fn proposals_revoked(
    tx: &mut WriteTx,
    connection: ConnectionId,
) -> Result<Option<i32>, Error> {
    Ok(sqlx::query_scalar!(
        "select proposals_revoked from connectors.receipts where connection_id = $1",
        connection.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// What came of telling the app; nothing while it is told again.
pub(crate) async fn revocation(
    tx: &mut ReadTx,
    connection: ConnectionId,
) -> Result<Option<Revocation>, Error> {
    let stored = sqlx::query_scalar!(
        "select revocation from connectors.receipts where connection_id = $1",
        connection.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(stored.flatten().and_then(|text| text.parse().ok()))
}

/// Of that connection of the bound organisation, or of whichever is due.
pub(crate) async fn take_closing(
    tx: &mut WriteTx,
    connection: Option<ConnectionId>,
    ticket: &TokenHash,
    lease: Duration,
) -> Result<Option<EndedRow>, Error> {
    let row = sqlx::query!(
        r#"select org_id as "org_id!", connection_id as "connection_id!", app as "app!", instance, client_id,
                  tries as "tries!"
             from connectors.take_closing($1, $2, $3)"#,
        connection.map(ConnectionId::uuid),
        ticket.as_bytes().as_slice(),
        i32::try_from(lease.as_secs()).unwrap_or(i32::MAX),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| EndedRow {
        organisation: row.org_id.into(),
        connection: row.connection_id.into(),
        app: row.app,
        instance: row.instance,
        client_id: row.client_id,
        tries: u32::try_from(row.tries).unwrap_or(u32::MAX),
    }))
}

/// The app is told again after so long.
pub(crate) async fn put_closing_off(
    tx: &mut WriteTx,
    ticket: &TokenHash,
    code: &str,
    pause: Duration,
) -> Result<(), Error> {
    sqlx::query!(
        "select connectors.put_closing_off($1, $2, $3)",
        ticket.as_bytes().as_slice(),
        code,
        i32::try_from(pause.as_secs()).unwrap_or(i32::MAX),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Destroys what was sealed for the connection, unless the turn is over.
pub(crate) async fn close(
    tx: &mut WriteTx,
    ticket: &TokenHash,
    said: Revocation,
    code: Option<&str>,
) -> Result<(), Error> {
    sqlx::query_scalar!(
        "select connectors.close($1, $2, $3)",
        ticket.as_bytes().as_slice(),
        said.as_str(),
        code,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}

/// Tokens came after the end, and the app did not take them back.
pub(crate) async fn not_given_back(
    tx: &mut WriteTx,
    connection: ConnectionId,
    code: &str,
) -> Result<(), Error> {
    sqlx::query_scalar!(
        "select connectors.not_given_back($1, $2)",
        connection.uuid(),
        code
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}
