use approvals::{Filter, List, Proposal};
use axum::Json;
use kernel::ProposalId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::api::page_size;
use crate::extract::{Query, Reads};
use crate::problem::{Problem, kind};
use crate::route::permission::ApprovalsRead;

/// Which approvals.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Those that wait for a person unless told.
    #[serde(default)]
    #[param(inline)]
    state: Needs,
    /// Only those behind this one: `next` of the page before.
    before: Option<String>,
    /// 1 to 200, 50 unless told.
    limit: Option<u16>,
}

/// Whether somebody has to do something.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Needs {
    /// A person: to decide, or to say what happened.
    #[default]
    Waiting,
    /// Nobody any more.
    Settled,
}

/// A page of proposed writes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Approvals {
    /// What waits: what expires next is first. What is settled: the last proposed first.
    approvals: Vec<Approval>,
    /// `before` of the next page, where there is one.
    next: Option<String>,
}

/// A proposed write, without the request itself.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Approval {
    /// Its identifier.
    #[schema(example = "apr_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    id: String,
    /// `waiting`, `approved`, `rejected`, `expired`, `revoked`, `executing`, `executed`, `failed` or
    /// `unknown_outcome`.
    state: &'static str,
    /// The app.
    app: String,
    /// The connection that it would write through.
    connection: String,
    /// The operation.
    operation: String,
    /// What it is about in one line, such as an issue's title, where the app's manifest names an
    /// argument for that; up to 200 characters, as they were proposed.
    subject: Option<String>,
    /// `session`, `api_key` or `job`.
    requester_kind: String,
    /// The key's name, or the person's.
    requester: String,
    /// SHA-256 of the canonical request, in hexadecimal: what an approval is of.
    pub(super) payload_hash: String,
    /// How many different people must approve.
    approvals_needed: i32,
    /// Whether the requester may not approve.
    four_eyes: bool,
    /// When it was proposed.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// After this it is neither approved nor sent.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
    /// When it came into its state.
    #[serde(with = "time::serde::rfc3339")]
    state_changed_at: OffsetDateTime,
    /// Who revoked it, ended its connection, or said what an unknown outcome was.
    ended_by: Option<String>,
    /// What came of it.
    outcome: Outcome,
}

/// What came of a write.
#[derive(Debug, Serialize, ToSchema)]
struct Outcome {
    /// The provider's HTTP status.
    status: Option<i32>,
    /// Why it failed, a stable code.
    code: Option<String>,
    /// Where the result can be seen.
    url: Option<String>,
    /// What the provider calls it: a ticket's number.
    reference: Option<String>,
    /// How long the call took.
    duration_ms: Option<i32>,
}

/// The organisation's proposed writes.
#[utoipa::path(get, path = "/api/v1/approvals", tag = "approvals", params(Which), responses(
    (status = 200, description = "A page of them, without the requests themselves.", body = Approvals),
))]
pub(super) async fn list_approvals(
    mut can: Reads<ApprovalsRead>,
    Query(which): Query<Which>,
) -> Result<Json<Approvals>, Problem> {
    let filter = match which.state {
        Needs::Waiting => Filter::NeedsPerson,
        Needs::Settled => Filter::Settled,
    };
    let page = page_size(which.limit)?;
    let before = which.before.as_deref().map(str::parse::<ProposalId>);
    let before = before
        .transpose()
        .map_err(|_| Problem::new(kind::BAD_QUERY))?;
    let List { proposals, next } = approvals::proposals(&mut can.tx, filter, before, page).await?;
    Ok(Json(Approvals {
        approvals: proposals.into_iter().map(Approval::from).collect(),
        next: next.map(|id| id.to_string()),
    }))
}

impl From<Proposal> for Approval {
    fn from(row: Proposal) -> Self {
        Self {
            id: row.id.to_string(),
            state: row.state.as_str(),
            app: row.app,
            connection: row.connection.to_string(),
            operation: row.operation,
            subject: row.subject,
            requester_kind: row.requester_kind,
            requester: row.requester_name,
            payload_hash: hex::encode(row.payload_hash),
            approvals_needed: row.approvals_needed,
            four_eyes: row.four_eyes,
            created_at: row.created_at,
            expires_at: row.expires_at,
            state_changed_at: row.state_changed_at,
            ended_by: row.ended_by,
            outcome: Outcome {
                status: row.outcome_status,
                code: row.outcome_code,
                url: row.outcome_url,
                reference: row.outcome_reference,
                duration_ms: row.duration_ms,
            },
        }
    }
}
