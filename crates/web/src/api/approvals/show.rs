use approvals::DecisionRow;
use axum::Json;
use broker::protocol::{Answer as Told, Call, ShownRequest};
use kernel::ProposalId;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::inbox::Approval;
use crate::Can;
use crate::extract::{Caller, Id};
use crate::problem::{Problem, kind};
use crate::route::permission::ApprovalsRead;

/// A proposed write with exactly what would be sent.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShownApproval {
    #[serde(flatten)]
    approval: Approval,
    /// The request, as the broker will build it, but for the credential that it adds.
    request: Request,
    /// What people said.
    decisions: Vec<Decision>,
}

/// The request that an approval stands for.
#[derive(Debug, Serialize, ToSchema)]
struct Request {
    /// What the operation does, in words.
    title: String,
    /// The app's name for people.
    app_name: String,
    /// `POST`
    method: String,
    /// The whole address.
    url: String,
    /// Headers that are sent, without the credential: names and values.
    headers: Vec<(String, String)>,
    /// The exact bytes of the body: canonical JSON.
    body: Option<String>,
    /// The canonical document (RFC 8785) whose SHA-256 is the payload's hash.
    document: String,
    /// SHA-256 of the document, in hexadecimal.
    payload_hash: String,
}

/// A person's word.
#[derive(Debug, Serialize, ToSchema)]
struct Decision {
    /// Who.
    name: String,
    /// `approve` or `reject`.
    verdict: &'static str,
    /// Why.
    note: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

/// A proposed write, what was said about it, and exactly what would be sent.
#[utoipa::path(get, path = "/api/v1/approvals/{id}", tag = "approvals",
    params(("id" = String, Path, description = "The approval.")),
    responses((status = 200, description = "To look at before deciding.", body = ShownApproval)),
)]
pub(super) async fn show_approval(
    mut can: Can<ApprovalsRead>,
    Id(id): Id<ProposalId>,
) -> Result<Json<ShownApproval>, Problem> {
    let found = approvals::proposal(&mut can.tx, id).await?;
    let (proposal, decisions) = found.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    let request = show(&can.release(), id).await?;
    Ok(Json(ShownApproval {
        approval: proposal.into(),
        request: request.into(),
        decisions: decisions.into_iter().map(Decision::from).collect(),
    }))
}

/// Asks the broker, the only one that can open it, for the request.
pub(crate) async fn show(caller: &Caller, proposal: ProposalId) -> Result<ShownRequest, Problem> {
    match caller.ask(Call::Show { proposal }).await? {
        Told::Shown(request) => Ok(*request),
        _ => Err(Problem::new(kind::INTERNAL).because("broker.unexpected_answer")),
    }
}

impl From<ShownRequest> for Request {
    fn from(shown: ShownRequest) -> Self {
        Self {
            title: shown.title,
            app_name: shown.app_name,
            method: shown.method,
            url: shown.url,
            headers: shown.headers,
            body: shown.body,
            document: shown.document,
            payload_hash: shown.payload_hash,
        }
    }
}

impl From<DecisionRow> for Decision {
    fn from(row: DecisionRow) -> Self {
        Self {
            name: row.name,
            verdict: if row.approved { "approve" } else { "reject" },
            note: row.note,
            at: row.at,
        }
    }
}
