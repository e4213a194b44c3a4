use approvals::{Decision, State, Verdict};
use axum::Json as Answer;
use kernel::{JobId, ProposalId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Can;
use crate::extract::{Id, Json};
use crate::problem::{Problem, kind};
use crate::route::permission::ApprovalsDecide;

/// A person's decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionForm {
    /// Yes or no.
    verdict: VerdictName,
    /// Why; up to 1,000 characters.
    #[serde(default)]
    note: String,
    /// `payload_hash` of what was shown to the person: the decision is about exactly that.
    payload_hash: String,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum VerdictName {
    /// Send it.
    Approve,
    /// Do not.
    Reject,
}

/// What the decision led to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Moved {
    /// The state that the proposal is in now.
    state: &'static str,
}

/// Approves or rejects a proposed write. Only a person at a browser can.
///
/// The last approval that is needed hands it to the broker, which sends it once.
#[utoipa::path(post, path = "/api/v1/approvals/{id}/decision", tag = "approvals",
    params(("id" = String, Path, description = "The approval.")), request_body = DecisionForm,
    responses((status = 200, description = "Decided.", body = Moved)),
)]
pub(super) async fn decide(
    can: Can<ApprovalsDecide>,
    Id(id): Id<ProposalId>,
    Json(form): Json<DecisionForm>,
) -> Result<Answer<Moved>, Problem> {
    let verdict = match form.verdict {
        VerdictName::Approve => Verdict::Approve,
        VerdictName::Reject => Verdict::Reject,
    };
    let state = decide_as(can, id, (verdict, &form.note, &form.payload_hash)).await?;
    Ok(Answer(Moved::to(state)))
}

/// Takes a decision about what was shown under `payload_hash`, in hexadecimal.
pub(crate) async fn decide_as(
    mut can: Can<ApprovalsDecide>,
    id: ProposalId,
    (verdict, note, payload_hash): (Verdict, &str, &str),
) -> Result<State, Problem> {
    let found = approvals::proposal(&mut can.tx, id).await?;
    let (proposal, _) = found.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    let mut hash = [0_u8; 32];
    // What is no hash cannot be the hash of what was shown.
    hex::decode_to_slice(payload_hash, &mut hash)
        .map_err(|_| Problem::new(kind::APPROVAL_OTHER_PAYLOAD))?;
    let caller = can.release();
    let (address, client) = caller.seen();
    let decision = Decision::new(verdict, note, hash, (&address, client))?;
    let principal = &caller.principal;
    let decider = (principal.organisation, principal.user, principal.credential);
    let job = JobId::new(caller.state.now(), caller.state.db.chance());
    Ok(approvals::decide(caller.write().await?, decider, &proposal, decision, job).await?)
}

impl Moved {
    pub(super) const fn to(state: State) -> Self {
        Self {
            state: state.as_str(),
        }
    }
}
