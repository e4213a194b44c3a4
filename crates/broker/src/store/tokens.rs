//! The tokens of a connection: how they stand, and whose turn it is to refresh them.

use std::time::Duration;

use db::{Error, WriteTx};
use kernel::{ConnectionId, TokenHash};
use time::OffsetDateTime;

/// How a connection's tokens stand.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TokenRow {
    /// How often tokens were kept.
    pub(crate) version: i64,
    /// Nothing where the app names no lifetime.
    pub(crate) ends_at: Option<OffsetDateTime>,
    /// From then on whoever needs the token refreshes it first.
    pub(crate) refresh_at: Option<OffsetDateTime>,
    /// Whether somebody is at it.
    pub(crate) is_refreshing: bool,
    /// For how long nobody asks the app again.
    pub(crate) put_off_seconds: i64,
}

/// A turn to refresh.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    /// Failures before it, in a row.
    pub(crate) failures: u32,
    /// Whether the refresh token at hand was sent before: then an answer was lost.
    pub(crate) was_sent: bool,
}

/// When tokens end, and when they are refreshed.
pub(crate) type Life = (Option<OffsetDateTime>, Option<OffsetDateTime>);

/// Of a new grant. Whatever was under way with the old one is void.
pub(crate) async fn keep_tokens(
    tx: &mut WriteTx,
    connection: ConnectionId,
    (ends, due): Life,
) -> Result<(), Error> {
    sqlx::query!(
        "select broker.keep_tokens($1, $2, $3)",
        connection.uuid(),
        ends,
        due,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Says that the tokens of this version are due. False where that helps nobody.
pub(crate) async fn refresh_now(
    tx: &mut WriteTx,
    (connection, version): (ConnectionId, i64),
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select broker.refresh_now($1, $2) as "is_due!""#,
        connection.uuid(),
        version,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Nothing where it is somebody else's, or nobody's any more.
pub(crate) async fn take_refresh(
    tx: &mut WriteTx,
    (connection, version): (ConnectionId, i64),
    ticket: &TokenHash,
    lease: Duration,
) -> Result<Option<Turn>, Error> {
    let row = sqlx::query!(
        r#"select failures as "failures!", was_sent as "was_sent!" from broker.take_refresh($1, $2, $3, $4)"#,
        connection.uuid(),
        version,
        ticket.as_bytes().as_slice(),
        i32::try_from(lease.as_secs()).unwrap_or(i32::MAX),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Turn {
        failures: u32::try_from(row.failures).unwrap_or(0),
        was_sent: row.was_sent,
    }))
}

/// False where the connection has ended meanwhile.
pub(crate) async fn end_refresh(
    tx: &mut WriteTx,
    ticket: &TokenHash,
    (ends, due): Life,
    granted: Option<&[String]>,
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select broker.end_refresh($1, $2, $3, $4) as "kept!""#,
        ticket.as_bytes().as_slice(),
        ends,
        due,
        granted,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Ends a turn without tokens.
pub(crate) async fn put_refresh_off(
    tx: &mut WriteTx,
    ticket: &TokenHash,
    pause: Duration,
) -> Result<(), Error> {
    sqlx::query!(
        "select broker.put_refresh_off($1, $2)",
        ticket.as_bytes().as_slice(),
        pause.as_secs_f64(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends a turn with the grant. False where the connection has ended meanwhile.
pub(crate) async fn lose_refresh(
    tx: &mut WriteTx,
    ticket: &TokenHash,
    reason: &str,
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select broker.lose_refresh($1, $2) as "lost!""#,
        ticket.as_bytes().as_slice(),
        reason,
    )
    .fetch_one(&mut **tx)
    .await?)
}
