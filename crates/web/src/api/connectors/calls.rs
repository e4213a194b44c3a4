use axum::Json;
use connectors::CallRow;
use kernel::{CallId, ConnectionId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::api::page_size;
use crate::extract::{Id, Query, Reads};
use crate::problem::{Problem, kind};
use crate::route::permission::ConnectorsRead;

/// Which calls.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only those before this one: the last `id` of the page before.
    before: Option<String>,
    /// 1 to 200, 50 unless told.
    limit: Option<u16>,
}

/// A call that left. No content.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OneCall {
    /// Its identifier.
    id: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    /// The operation.
    operation: String,
    /// The HTTP status, where an answer came.
    status: Option<i32>,
    /// Why none came, a stable code.
    error_code: Option<String>,
    /// How long it took.
    duration_ms: i32,
    /// The size of the answer.
    answer_bytes: i64,
    /// `session`, `api_key`, `access_token` or `job`.
    actor_kind: String,
    /// Under which approval, for a write.
    approval: Option<String>,
}

/// The latest calls of a connection, newest first.
#[utoipa::path(get, path = "/api/v1/connections/{id}/calls", tag = "connectors",
    params(("id" = String, Path, description = "The connection."), Which),
    responses((status = 200, description = "What left.", body = Vec<OneCall>)),
)]
pub(super) async fn list_calls(
    mut can: Reads<ConnectorsRead>,
    Id(id): Id<ConnectionId>,
    Query(which): Query<Which>,
) -> Result<Json<Vec<OneCall>>, Problem> {
    let page = page_size(which.limit)?;
    if connectors::connection(&mut can.tx, id).await?.is_none() {
        return Err(Problem::new(kind::NOT_FOUND));
    }
    let before = which.before.as_deref().map(str::parse::<CallId>);
    let before = before
        .transpose()
        .map_err(|_| Problem::new(kind::BAD_QUERY))?;
    let rows = connectors::calls(&mut can.tx, id, before, page).await?;
    Ok(Json(rows.into_iter().map(OneCall::from).collect()))
}

impl From<CallRow> for OneCall {
    fn from(row: CallRow) -> Self {
        Self {
            id: row.id.to_string(),
            at: row.at,
            operation: row.operation,
            status: row.status,
            error_code: row.error_code,
            duration_ms: row.duration_ms,
            answer_bytes: row.answer_bytes,
            actor_kind: row.actor_kind,
            approval: row.proposal.map(|proposal| proposal.to_string()),
        }
    }
}
