use axum::Json;
use axum::extract::Request;
use broker::files::FileName;
use insight::LogState;
use kernel::LogId;

use super::format::FormatQuery;
use super::logs::Log;
use crate::Can;
use crate::extract::{Id, Query, admit};
use crate::import::{self, Arriving};
use crate::problem::{Problem, kind};
use crate::route::Access;
use crate::route::permission::InsightImport;

/// Fills an empty log from a file, which is read while it arrives: XES or CSV, plain or gzipped.
///
/// All of it is stored, or nothing: a refusal names the line. The file itself is kept as well, sealed, and goes with
/// the log.
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
    let file = Arriving {
        name: FileName::of(&log.name),
        format: format.into_format(),
        body,
    };
    let import = import::start(caller.state.clone(), reader, id, file);
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
