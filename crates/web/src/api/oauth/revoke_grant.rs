use http::StatusCode;
use kernel::GrantId;

use crate::Can;
use crate::extract::Id;
use crate::problem::{Problem, kind};
use crate::route::permission::GrantsManage;

/// Revokes a grant: all of its tokens fail on their next use.
#[utoipa::path(delete, path = "/api/v1/grants/{id}", tag = "oauth",
    params(("id" = String, Path, description = "The grant.")),
    responses((status = 204, description = "Revoked.")),
)]
pub(super) async fn revoke_grant(
    can: Can<GrantsManage>,
    Id(grant): Id<GrantId>,
) -> Result<StatusCode, Problem> {
    let caller = can.release();
    if ::oauth::revoke_grant(caller.write().await?, grant).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::new(kind::NOT_FOUND))
    }
}
