use axum::response::Response;
use kernel::ProposalId;

use crate::Can;
use crate::api::approvals::revoke_as;
use crate::extract::Id;
use crate::pages::answer::{done, failed};
use crate::problem::{Problem, kind};
use crate::route::permission::ApprovalsPropose;

/// Takes a proposed write back before it is sent.
pub(super) async fn revoke(
    can: Can<ApprovalsPropose>,
    Id(id): Id<ProposalId>,
) -> Result<Response, Problem> {
    let state = can.state.clone();
    let page = format!("/approvals/{id}");
    match revoke_as(can, id).await {
        Ok(_) => Ok(done(&state, &page, "Revoked. It will not be sent.")),
        Err(problem) if *problem.kind() == kind::APPROVAL_NOT_WAITING => {
            Ok(failed(&state, &page, problem.sentence()))
        }
        Err(problem) => Err(problem),
    }
}
