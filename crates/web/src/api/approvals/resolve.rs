use approvals::{Resolution, State};
use axum::Json as Answer;
use kernel::ProposalId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::decide::Moved;
use crate::Can;
use crate::extract::{Id, Json};
use crate::problem::{Problem, kind};
use crate::route::permission::ApprovalsDecide;

/// What a person found out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResolutionForm {
    /// Whether the provider has it.
    outcome: OutcomeName,
}

/// What happened to a write whose answer never came.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum OutcomeName {
    /// The provider has it.
    Happened,
    /// The provider does not have it. To send it after all, propose it anew.
    DidNotHappen,
}

/// Says what became of a write whose answer never came. Nothing is sent.
#[utoipa::path(post, path = "/api/v1/approvals/{id}/resolution", tag = "approvals",
    params(("id" = String, Path, description = "The approval.")), request_body = ResolutionForm,
    responses((status = 200, description = "Settled.", body = Moved)),
)]
pub(super) async fn resolve(
    can: Can<ApprovalsDecide>,
    Id(id): Id<ProposalId>,
    Json(form): Json<ResolutionForm>,
) -> Result<Answer<Moved>, Problem> {
    let resolution = match form.outcome {
        OutcomeName::Happened => Resolution::Happened,
        OutcomeName::DidNotHappen => Resolution::DidNotHappen,
    };
    resolve_as(can, id, resolution)
        .await
        .map(|state| Answer(Moved::to(state)))
}

/// Settles an unknown outcome by the person's word.
pub(crate) async fn resolve_as(
    mut can: Can<ApprovalsDecide>,
    id: ProposalId,
    resolution: Resolution,
) -> Result<State, Problem> {
    if approvals::proposal(&mut can.tx, id).await?.is_none() {
        return Err(Problem::new(kind::NOT_FOUND));
    }
    let caller = can.release();
    Ok(approvals::resolve(caller.write().await?, id, resolution).await?)
}
