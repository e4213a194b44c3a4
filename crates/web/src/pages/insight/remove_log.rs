use axum::response::Response;
use kernel::LogId;

use crate::Can;
use crate::extract::Id;
use crate::pages::answer::done;
use crate::problem::{Problem, kind};
use crate::route::permission::InsightImport;

/// Removes a log with all its events, or what is left of an import that was refused.
pub(super) async fn remove_log(
    can: Can<InsightImport>,
    Id(log): Id<LogId>,
) -> Result<Response, Problem> {
    let caller = can.release();
    if !insight::remove_log(caller.write().await?, log).await? {
        return Err(Problem::new(kind::NOT_FOUND));
    }
    Ok(done(&caller.state, "/insight", "The log was removed."))
}
