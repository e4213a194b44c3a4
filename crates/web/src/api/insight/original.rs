use axum::response::Response;
use http::HeaderMap;
use kernel::LogId;

use crate::Can;
use crate::extract::Id;
use crate::original::download;
use crate::problem::Problem;
use crate::route::permission::InsightRead;

/// The file that a log was imported from, byte for byte, or a part of it by `Range` (one range of bytes).
///
/// For people, at a browser or by an API key of theirs: a file may hold more than the log keeps of it, so AI clients
/// get none.
#[utoipa::path(get, path = "/api/v1/logs/{id}/original", tag = "insight",
    params(("id" = String, Path, description = "The log.")),
    responses(
        (status = 200, description = "All of it.", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "The part that was asked for.", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 416, description = "It has no such bytes; `Content-Range` says how many it has."),
    ),
)]
pub(super) async fn get_original(
    can: Can<InsightRead>,
    Id(log): Id<LogId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    download(can, log, &headers).await
}
