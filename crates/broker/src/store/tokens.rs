//! The tokens of a connection: how they stand, and whose turn it is to refresh them.

use std::time::Duration;

use db::{Error, WriteTx};
use kernel::{ConnectionId, TokenHash};

/// How a connection's tokens stand, by the clock of the database.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TokenRow {
    /// How often tokens were kept.
    pub(crate) version: i64,
    /// Whether whoever needs the token refreshes it first.
    pub(crate) is_due: bool,
    /// Whether it can be used meanwhile: its end was told, and is not near.
    pub(crate) lives: bool,
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
    /// Whether an answer to the refresh token at hand was lost before.
    pub(crate) was_lost: bool,
}

/// From now on: until tokens end, and until they are refreshed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Life {
    pub(crate) lifetime: Option<Duration>,
    pub(crate) due: Option<Duration>,
}

/// What came of keeping the tokens of a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refreshed {
    Kept,
    /// The connection has ended meanwhile.
    Ended,
    /// The turn is over.
    Late,
}

/// What follows from the refusal of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// There is another by now, or the connection does not work any more: the row tells.
    Newer,
    /// It is due.
    Due,
    /// A person is asked to connect again.
    Reconnect,
}

/// Of a new grant. Whatever was under way with the old one is void.
pub(crate) async fn keep_tokens(
    tx: &mut WriteTx,
    connection: ConnectionId,
    life: Life,
) -> Result<(), Error> {
    sqlx::query!(
        "select broker.keep_tokens($1, $2, $3)",
        connection.uuid(),
        life.lifetime.map(|lifetime| lifetime.as_secs_f64()),
        life.due.map(|due| due.as_secs_f64()),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// `is_tried`: whether it was refreshed for this call already.
pub(crate) async fn token_refused(
    tx: &mut WriteTx,
    (connection, version): (ConnectionId, i64),
    is_tried: bool,
) -> Result<Refused, Error> {
    let follows = sqlx::query_scalar!(
        r#"select broker.token_refused($1, $2, $3) as "follows!""#,
        connection.uuid(),
        version,
        is_tried,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(match follows.as_str() {
        "due" => Refused::Due,
        "reconnect" => Refused::Reconnect,
        _ => Refused::Newer,
    })
}

/// Nothing where it is somebody else's, or nobody's any more.
pub(crate) async fn take_refresh(
    tx: &mut WriteTx,
    (connection, version): (ConnectionId, i64),
    ticket: &TokenHash,
    lease: Duration,
) -> Result<Option<Turn>, Error> {
    let row = sqlx::query!(
        r#"select failures as "failures!", was_lost as "was_lost!" from broker.take_refresh($1, $2, $3, $4)"#,
        connection.uuid(),
        version,
        ticket.as_bytes().as_slice(),
        i32::try_from(lease.as_secs()).unwrap_or(i32::MAX),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Turn {
        failures: u32::try_from(row.failures).unwrap_or(0),
        was_lost: row.was_lost,
    }))
}

/// Ends a turn with tokens.
pub(crate) async fn end_refresh(
    tx: &mut WriteTx,
    ticket: &TokenHash,
    life: Life,
    granted: Option<&[String]>,
) -> Result<Refreshed, Error> {
    let kept = sqlx::query_scalar!(
        r#"select broker.end_refresh($1, $2, $3, $4) as "kept!""#,
        ticket.as_bytes().as_slice(),
        life.lifetime.map(|lifetime| lifetime.as_secs_f64()),
        life.due.map(|due| due.as_secs_f64()),
        granted,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(match kept.as_str() {
        "kept" => Refreshed::Kept,
        "ended" => Refreshed::Ended,
        _ => Refreshed::Late,
    })
}

/// Ends a turn without tokens. `is_lost`: whether the app may have given some that never came.
pub(crate) async fn put_refresh_off(
    tx: &mut WriteTx,
    ticket: &TokenHash,
    pause: Duration,
    is_lost: bool,
) -> Result<(), Error> {
    sqlx::query!(
        "select broker.put_refresh_off($1, $2, $3)",
        ticket.as_bytes().as_slice(),
        pause.as_secs_f64(),
        is_lost,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends a turn with the grant, or with the key. `reason`: a stable code.
pub(crate) async fn lose_refresh(
    tx: &mut WriteTx,
    ticket: &TokenHash,
    reason: &str,
) -> Result<(), Error> {
    sqlx::query!(
        "select broker.lose_refresh($1, $2)",
        ticket.as_bytes().as_slice(),
        reason,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The provider gave no token for a write, as the key or its installation is over. `reason`: a stable code.
pub(crate) async fn key_refused(
    tx: &mut WriteTx,
    (connection, version): (ConnectionId, i64),
    reason: &str,
) -> Result<(), Error> {
    sqlx::query!(
        "select broker.key_refused($1, $2, $3)",
        connection.uuid(),
        version,
        reason,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
