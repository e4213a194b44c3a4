use approvals::State;
use axum::Json;
use kernel::ProposalId;

use super::decide::Moved;
use crate::Can;
use crate::extract::Id;
use crate::problem::{Problem, kind};
use crate::route::permission::ApprovalsPropose;

/// Takes back a proposed write that waits, or is approved and not yet being sent.
///
/// Whoever proposed it can, and so can a person who may decide.
#[utoipa::path(post, path = "/api/v1/approvals/{id}/revoke", tag = "approvals",
    params(("id" = String, Path, description = "The approval.")),
    responses((status = 200, description = "It will not be sent.", body = Moved)),
)]
pub(super) async fn revoke(
    can: Can<ApprovalsPropose>,
    Id(id): Id<ProposalId>,
) -> Result<Json<Moved>, Problem> {
    revoke_as(can, id).await.map(|state| Json(Moved::to(state)))
}

/// Takes a proposed write back.
pub(crate) async fn revoke_as(
    mut can: Can<ApprovalsPropose>,
    id: ProposalId,
) -> Result<State, Problem> {
    if approvals::proposal(&mut can.tx, id).await?.is_none() {
        return Err(Problem::new(kind::NOT_FOUND));
    }
    let caller = can.release();
    Ok(approvals::revoke(caller.write().await?, id).await?)
}
