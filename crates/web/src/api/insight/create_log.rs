use axum::Json as Answer;
use http::StatusCode;
use insight::{NewLog, Source};
use kernel::LogId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Can;
use crate::extract::{Caller, Json};
use crate::problem::Problem;
use crate::route::permission::InsightImport;

/// A log to fill from a file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewLogForm {
    /// Its name.
    name: String,
}

/// An empty log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Added {
    /// Its identifier.
    #[schema(example = "log_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    id: String,
}

/// Adds an empty log, to be filled by `PUT /api/v1/logs/{id}/content`.
#[utoipa::path(post, path = "/api/v1/logs", tag = "insight", request_body = NewLogForm, responses(
    (status = 201, description = "Added.", body = Added),
))]
pub(super) async fn create_log(
    can: Can<InsightImport>,
    Json(form): Json<NewLogForm>,
) -> Result<(StatusCode, Answer<Added>), Problem> {
    let id = create(&can.release(), &form.name).await?;
    Ok((StatusCode::CREATED, Answer(Added { id: id.to_string() })))
}

/// Adds an empty log for a file.
pub(crate) async fn create(caller: &Caller, name: &str) -> Result<LogId, Problem> {
    let new = NewLog::parse(name, Source::Import)?;
    let id = LogId::new(caller.state.now(), caller.state.db.chance());
    let mut tx = caller.write().await?;
    let entry = insight::create_log(&mut tx, id, new).await?;
    tx.commit(entry).await?;
    Ok(id)
}
