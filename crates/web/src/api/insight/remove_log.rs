use http::StatusCode;
use kernel::LogId;

use crate::Can;
use crate::extract::Id;
use crate::problem::{Problem, kind};
use crate::route::permission::InsightImport;

/// Removes a log with all its events.
#[utoipa::path(delete, path = "/api/v1/logs/{id}", tag = "insight",
    params(("id" = String, Path, description = "The log.")),
    responses((status = 204, description = "Removed.")),
)]
pub(super) async fn remove_log(
    can: Can<InsightImport>,
    Id(id): Id<LogId>,
) -> Result<StatusCode, Problem> {
    let caller = can.release();
    if insight::remove_log(caller.write().await?, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::new(kind::NOT_FOUND))
    }
}
