use approvals::Resolution;
use axum::response::Response;
use kernel::ProposalId;

use crate::Can;
use crate::api::approvals::resolve_as;
use crate::extract::{Form, Id};
use crate::pages::answer::done;
use crate::problem::{Problem, kind};
use crate::route::permission::ApprovalsDecide;

/// Settles an unknown outcome by the person's word.
pub(super) async fn resolve(
    can: Can<ApprovalsDecide>,
    Id(id): Id<ProposalId>,
    form: Form,
) -> Result<Response, Problem> {
    let resolution = match form.get("outcome") {
        "happened" => Resolution::Happened,
        "did_not_happen" => Resolution::DidNotHappen,
        _ => return Err(Problem::new(kind::BAD_FORM)),
    };
    let state = can.state.clone();
    resolve_as(can, id, resolution).await?;
    Ok(done(
        &state,
        &format!("/approvals/{id}"),
        "Recorded. Nothing was sent again.",
    ))
}
