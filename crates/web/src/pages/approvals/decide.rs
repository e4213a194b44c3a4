use approvals::{State, Verdict};
use axum::response::Response;
use kernel::ProposalId;

use super::proposal::again;
use crate::Can;
use crate::api::approvals::decide_as;
use crate::extract::{Caller, Form, Id};
use crate::pages::answer::{done, is_about_form};
use crate::problem::Problem;
use crate::route::permission::ApprovalsDecide;

/// Approves what was shown.
pub(super) async fn approve(
    can: Can<ApprovalsDecide>,
    Id(id): Id<ProposalId>,
    form: Form,
) -> Result<Response, Problem> {
    decide(can, id, (Verdict::Approve, form)).await
}

/// Rejects it.
pub(super) async fn reject(
    can: Can<ApprovalsDecide>,
    Id(id): Id<ProposalId>,
    form: Form,
) -> Result<Response, Problem> {
    decide(can, id, (Verdict::Reject, form)).await
}

async fn decide(
    can: Can<ApprovalsDecide>,
    id: ProposalId,
    (verdict, form): (Verdict, Form),
) -> Result<Response, Problem> {
    let (state, scope, principal, context) = (
        can.state.clone(),
        can.scope,
        can.principal.clone(),
        can.context.clone(),
    );
    let shown = (verdict, form.get("note"), form.get("payload_hash"));
    match decide_as(can, id, shown).await {
        Ok(now) => Ok(done(&state, &format!("/approvals/{id}"), told(now))),
        Err(problem) if is_about_form(&problem) => {
            let caller = Caller {
                principal,
                scope,
                state,
                context,
            };
            again(
                caller.again().await?,
                id,
                (form.get("note").to_owned(), problem),
            )
            .await
        }
        Err(problem) => Err(problem),
    }
}

const fn told(state: State) -> &'static str {
    match state {
        State::Rejected => "Rejected. It will not be sent.",
        State::Waiting => "Your approval is recorded. It needs another one.",
        _ => "Approved. The broker sends it now.",
    }
}
