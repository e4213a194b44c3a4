use axum::Json as Answer;
use connectors::{Connection, Every, Scan as Row};
use http::StatusCode;
use kernel::{AssetAccess, ConnectionId, LogId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::Can;
use crate::extract::{Id, Json, Reads};
use crate::problem::{Problem, kind};
use crate::route::permission::{ConnectorsRead, ConnectorsScan};
use crate::scan;

/// A scan of a connection.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Scan {
    /// The log that it reads into, by which it is called.
    #[schema(example = "log_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    log: String,
    /// The connection.
    connection: String,
    /// What was chosen for it, such as a repository.
    #[schema(value_type = Object)]
    asked: serde_json::Value,
    /// `running`, `paused`, `done` or `failed`. What is paused or failed goes on where it stopped, and
    /// what is done reads what is new.
    state: &'static str,
    /// How often it was begun: after the first round it reads what is new.
    round: u32,
    /// How often a round begins by itself: `hour`, `day` or `week`.
    every: Option<&'static str>,
    /// Calls that were made in this round.
    calls: u32,
    /// Of them, those about what the app had no more.
    gone: u32,
    /// Calls that are known to come, each with all its pages.
    open: u32,
    /// Why it waits, or failed: a stable code.
    code: Option<String>,
    /// The same in words.
    told: Option<String>,
    /// When the next call is made, where the app asked for a pause or did not answer; or when the next round begins.
    #[serde(with = "time::serde::rfc3339::option")]
    next_at: Option<OffsetDateTime>,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    began_at: OffsetDateTime,
    /// When it was done, or failed.
    #[serde(with = "time::serde::rfc3339::option")]
    ended_at: Option<OffsetDateTime>,
}

/// Scans of a connection, the latest first.
#[utoipa::path(get, path = "/api/v1/connections/{id}/scans", tag = "connectors",
    params(("id" = String, Path, description = "The connection.")),
    responses((status = 200, description = "All of them.", body = Vec<Scan>)),
)]
pub(super) async fn list_scans(
    mut can: Reads<ConnectorsRead>,
    Id(id): Id<ConnectionId>,
) -> Result<Answer<Vec<Scan>>, Problem> {
    let connection = connectors::connection(&mut can.tx, id).await?;
    connection.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    let rows = connectors::scans(&mut can.tx, id).await?;
    Ok(Answer(rows.into_iter().map(Scan::from).collect()))
}

/// How far a scan is.
#[utoipa::path(get, path = "/api/v1/scans/{id}", tag = "connectors",
    params(("id" = String, Path, description = "The log that it reads into.")),
    responses((status = 200, description = "As it stands.", body = Scan)),
)]
pub(super) async fn show_scan(
    mut can: Reads<ConnectorsRead>,
    Id(log): Id<LogId>,
) -> Result<Answer<Scan>, Problem> {
    let row = connectors::scan(&mut can.tx, log).await?;
    row.map(|row| Answer(row.into()))
        .ok_or_else(|| Problem::new(kind::NOT_FOUND))
}

/// Stops a scan after the page that it reads. What was read is kept.
#[utoipa::path(post, path = "/api/v1/scans/{id}/pause", tag = "connectors",
    params(("id" = String, Path, description = "The log that it reads into.")),
    responses((status = 204, description = "Paused.")),
)]
pub(super) async fn pause_scan(
    mut can: Can<ConnectorsScan>,
    Id(log): Id<LogId>,
) -> Result<StatusCode, Problem> {
    let (scan, _) = to_change(&mut can, log).await?;
    pause(can, &scan).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How often a scan begins a round by itself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Repeat {
    /// `hour`, `day` or `week`; null for never.
    #[schema(example = "day")]
    every: Option<String>,
}

/// Has a scan read by itself what is new, each hour, day or week: for whoever asks for it, from now on.
#[utoipa::path(put, path = "/api/v1/scans/{id}/repeat", tag = "connectors",
    params(("id" = String, Path, description = "The log that it reads into.")),
    request_body = Repeat,
    responses((status = 204, description = "Changed. Of a scan that is done, a round begins now.")),
)]
pub(super) async fn repeat_scan(
    mut can: Can<ConnectorsScan>,
    Id(log): Id<LogId>,
    Json(repeat): Json<Repeat>,
) -> Result<StatusCode, Problem> {
    let (scan, connection) = to_change(&mut can, log).await?;
    set_repeat(can, (&scan, &connection), repeat.every.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Goes on with a scan that was paused, or failed, where it stopped; or reads what is new where it is done.
#[utoipa::path(post, path = "/api/v1/scans/{id}/resume", tag = "connectors",
    params(("id" = String, Path, description = "The log that it reads into.")),
    responses((status = 202, description = "It goes on.")),
)]
pub(super) async fn resume_scan(
    mut can: Can<ConnectorsScan>,
    Id(log): Id<LogId>,
) -> Result<StatusCode, Problem> {
    let (scan, connection) = to_change(&mut can, log).await?;
    resume(can, (&scan, &connection)).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Stops it.
pub(crate) async fn pause(can: Can<ConnectorsScan>, scan: &Row) -> Result<(), Problem> {
    let caller = can.release();
    let tx = caller.write().await?;
    if !connectors::pause_scan(tx, scan.log).await? {
        let why = "The scan does not run: it was paused, has failed, or is done.";
        return Err(Problem::new(kind::NO_SCAN).saying(why));
    }
    Ok(())
}

/// Goes on with it.
pub(crate) async fn resume(
    can: Can<ConnectorsScan>,
    of: (&Row, &Connection),
) -> Result<(), Problem> {
    let caller = can.release();
    Ok(scan::go_on(&caller.state, &caller.scope, &caller.principal, of).await?)
}

/// Says how often it begins a round by itself.
pub(crate) async fn set_repeat(
    can: Can<ConnectorsScan>,
    of: (&Row, &Connection),
    every: Option<&str>,
) -> Result<(), Problem> {
    let wrong =
        || Problem::new(kind::INVALID_BODY).field("every", "one of hour, day and week, or null");
    let every = every
        .map(|text| Every::parse(text).ok_or_else(wrong))
        .transpose()?;
    let caller = can.release();
    Ok(scan::repeat(&caller.state, &caller.scope, &caller.principal, of, every).await?)
}

/// A scan and its connection, where the caller may use that.
pub(crate) async fn to_change(
    can: &mut Can<ConnectorsScan>,
    log: LogId,
) -> Result<(Row, Connection), Problem> {
    let not_found = || Problem::new(kind::NOT_FOUND);
    let scan = connectors::scan(&mut can.tx, log).await?;
    let scan = scan.ok_or_else(not_found)?;
    let connection = connectors::connection(&mut can.tx, scan.connection).await?;
    let connection = connection.ok_or_else(not_found)?;
    if connection.access != AssetAccess::Edit {
        return Err(Problem::new(kind::VIEW_ONLY));
    }
    Ok((scan, connection))
}

impl From<Row> for Scan {
    fn from(row: Row) -> Self {
        Self {
            log: row.log.to_string(),
            connection: row.connection.to_string(),
            asked: serde_json::from_str(&row.asked).unwrap_or_default(),
            state: row.state.as_str(),
            round: row.round,
            every: row.every.map(Every::as_str),
            calls: row.calls,
            gone: row.gone,
            open: row.open,
            code: row.code,
            told: row.told,
            next_at: row.next_at,
            began_at: row.began_at,
            ended_at: row.ended_at,
        }
    }
}
