use axum::Json as Answer;
use http::StatusCode;
use kernel::{AssetAccess, ConnectionId, LogId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::Can;
use crate::extract::{Id, Json};
use crate::problem::{Problem, kind};
use crate::route::permission::ConnectorsScan;
use crate::scan;

/// What the app's scan wants to know, such as a repository; an empty object where it asks nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub(super) struct Asked(Map<String, Value>);

/// A scan has begun.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Begun {
    /// The log that it fills.
    #[schema(example = "log_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    log: String,
}

/// Scans a connection into a new event log: metadata only, by its declared reads.
#[utoipa::path(post, path = "/api/v1/connections/{id}/scan", tag = "connectors",
    params(("id" = String, Path, description = "The connection.")), request_body = Asked,
    responses((status = 202, description = "Begun. Follow the log.", body = Begun)),
)]
pub(super) async fn start_scan(
    can: Can<ConnectorsScan>,
    Id(id): Id<ConnectionId>,
    Json(Asked(asked)): Json<Asked>,
) -> Result<(StatusCode, Answer<Begun>), Problem> {
    let log = begin_scan(can, id, &Value::Object(asked).to_string()).await?;
    Ok((
        StatusCode::ACCEPTED,
        Answer(Begun {
            log: log.to_string(),
        }),
    ))
}

/// Begins a scan with what the person chose, the text of a JSON object.
pub(crate) async fn begin_scan(
    mut can: Can<ConnectorsScan>,
    id: ConnectionId,
    asked: &str,
) -> Result<LogId, Problem> {
    let connection = connectors::connection(&mut can.tx, id).await?;
    let connection = connection.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    if connection.access != AssetAccess::Edit {
        return Err(Problem::new(kind::VIEW_ONLY));
    }
    let caller = can.release();
    let (state, scope) = (&caller.state, &caller.scope);
    Ok(scan::start_scan(state, scope, &caller.principal, &connection, asked).await?)
}
