use axum::Json;
use axum::extract::Request;
use insight::LogState;
use kernel::LogId;

use super::format::FormatQuery;
use super::logs::Log;
use crate::extract::{Id, Query, admit};
use crate::problem::{Problem, kind};
use crate::route::Access;
use crate::route::permission::InsightImport;
use crate::{Can, import};

/// Fills an empty log from a file, which is read while it arrives: XES or CSV, plain or gzipped.
///
/// All of it is stored, or nothing: a refusal names the line.
#[utoipa::path(put, path = "/api/v1/logs/{id}/content", tag = "insight",
    params(("id" = String, Path, description = "The log."), FormatQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, description = "Read, counted and stored.", body = Log)),
)]
pub(super) async fn put_content(
    mut can: Can<InsightImport>,
    Id(id): Id<LogId>,
    Query(format): Query<FormatQuery>,
    request: Request,
) -> Result<Json<Log>, Problem> {
    let log = insight::log(&mut can.tx, id)
        .await?
        .ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    if log.state != LogState::Reading || log.connection.is_some() {
        return Err(Problem::new(kind::LOG_NOT_READING));
    }
    let caller = can.release();
    let body = request.into_body().into_data_stream();
    let reader = (caller.scope, caller.principal.organisation);
    let import = import::start(caller.state.clone(), reader, id, format.into_format(), body);
    import
        .ended
        .await
        .map_err(|_| Problem::new(kind::INTERNAL).because("insight.import_panicked"))??;
    let (mut tx, _) = admit(&caller.state, &caller.scope, Access::SignedIn).await?;
    let log = insight::log(&mut tx, id)
        .await?
        .ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    Ok(Json(Log::of(&log)))
}
