use axum::response::Response;
use http::HeaderMap;
use kernel::LogId;

use crate::Can;
use crate::extract::Id;
use crate::original::download;
use crate::problem::Problem;
use crate::route::permission::InsightRead;

/// The file that a log was imported from.
pub(super) async fn original(
    can: Can<InsightRead>,
    Id(log): Id<LogId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    download(can, log, &headers).await
}
