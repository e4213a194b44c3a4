use axum::Json;
use insight::{Original, StoredLog};
use kernel::LogId;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::extract::{Id, Reads};
use crate::problem::{Problem, kind};
use crate::route::permission::InsightRead;

/// An event log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Log {
    /// Its identifier.
    #[schema(example = "log_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    pub(super) id: String,
    /// Its name.
    name: String,
    /// The connection that it was scanned from; nothing where it was imported.
    connection: Option<String>,
    /// `reading`, `ready` or `failed`.
    state: &'static str,
    /// Bytes of the file that were read so far.
    bytes_read: i64,
    /// Its cases.
    cases: i64,
    /// Its events, or how many were read so far.
    events: i64,
    /// Why it could not be read: a stable code.
    error_code: Option<String>,
    /// Why it could not be read: a sentence that names the line.
    error: Option<String>,
    /// Who added it.
    added_by: String,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it became whole, or failed.
    #[serde(with = "time::serde::rfc3339::option")]
    finished_at: Option<OffsetDateTime>,
}

/// An event log with its statistics.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WholeLog {
    #[serde(flatten)]
    log: Log,
    /// Counts, percentiles, ways between steps and bottlenecks, once it is ready: what
    /// `countersign insight stats --json` prints.
    #[schema(value_type = Option<Object>)]
    statistics: Option<Value>,
    /// The file that it was imported from: `GET /api/v1/logs/{id}/original`.
    original: Option<OriginalFile>,
}

/// The file that a log was imported from.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OriginalFile {
    /// What it is called.
    name: String,
    /// How long it is.
    size_bytes: u64,
}

/// The organisation's event logs, newest first.
#[utoipa::path(get, path = "/api/v1/logs", tag = "insight", responses(
    (status = 200, description = "Without statistics.", body = Vec<Log>),
))]
pub(super) async fn list_logs(mut can: Reads<InsightRead>) -> Result<Json<Vec<Log>>, Problem> {
    let rows = insight::logs(&mut can.tx).await?;
    Ok(Json(rows.iter().map(Log::of).collect()))
}

/// One event log: how far it is, and its statistics once it is ready.
#[utoipa::path(get, path = "/api/v1/logs/{id}", tag = "insight",
    params(("id" = String, Path, description = "The log.")),
    responses((status = 200, description = "As it stands.", body = WholeLog)),
)]
pub(super) async fn show_log(
    mut can: Reads<InsightRead>,
    Id(id): Id<LogId>,
) -> Result<Json<WholeLog>, Problem> {
    let row = insight::log(&mut can.tx, id).await?;
    let row = row.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    let original = insight::original(&mut can.tx, id).await?;
    Ok(Json(WholeLog {
        log: Log::of(&row),
        statistics: row.statistics,
        original: original.map(OriginalFile::of),
    }))
}

impl OriginalFile {
    fn of(original: Original) -> Self {
        Self {
            name: original.name,
            size_bytes: original.size_bytes,
        }
    }
}

impl Log {
    pub(super) fn of(row: &StoredLog) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            connection: row.connection.map(|connection| connection.to_string()),
            state: row.state.as_str(),
            bytes_read: row.bytes_read,
            cases: row.cases,
            events: row.events,
            error_code: row.error_code.clone(),
            error: row.error_text.clone(),
            added_by: row.added_by.clone(),
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}
