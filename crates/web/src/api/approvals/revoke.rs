use axum::Json;
use kernel::ProposalId;

use super::decide::Moved;
use crate::Can;
use crate::extract::Id;
use crate::problem::{Problem, kind};
use crate::route::permission::ApprovalsDecide;

/// Takes back a proposed write that waits, or is approved and not yet being sent.
#[utoipa::path(post, path = "/api/v1/approvals/{id}/revoke", tag = "approvals",
    params(("id" = String, Path, description = "The approval.")),
    responses((status = 200, description = "It will not be sent.", body = Moved)),
)]
pub(super) async fn revoke(
    mut can: Can<ApprovalsDecide>,
    Id(id): Id<ProposalId>,
) -> Result<Json<Moved>, Problem> {
    if approvals::proposal(&mut can.tx, id).await?.is_none() {
        return Err(Problem::new(kind::NOT_FOUND));
    }
    let caller = can.release();
    let state = approvals::revoke(caller.write().await?, id).await?;
    Ok(Json(Moved::to(state)))
}
