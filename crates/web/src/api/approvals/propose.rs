use axum::Json as Answer;
use broker::protocol::{Answer as Told, Call};
use http::StatusCode;
use kernel::{ConnectionId, ProposalId, Scope};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::extract::Json;
use crate::problem::{Problem, kind};
use crate::route::permission::ApprovalsPropose;
use crate::{AppState, Can};

/// A write to propose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProposalForm {
    /// The connection to write through.
    #[schema(value_type = String, example = "con_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    connection: ConnectionId,
    /// The operation, from `GET /api/v1/apps`.
    operation: String,
    /// Its arguments, as its schema says.
    #[schema(value_type = Object)]
    arguments: Map<String, Value>,
}

/// A write that waits for a person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Proposed {
    /// Its identifier.
    id: String,
    /// SHA-256 of the canonical request, in hexadecimal.
    payload_hash: String,
    /// After this it is neither approved nor sent.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
    /// Where a person looks at it and decides.
    review_url: String,
}

/// Proposes a write. The broker plans it to the last byte; nothing is sent before a person approves
/// exactly that.
#[utoipa::path(post, path = "/api/v1/approvals", tag = "approvals", request_body = ProposalForm,
    responses((status = 201, description = "It waits for a person.", body = Proposed)),
)]
pub(super) async fn propose(
    can: Can<ApprovalsPropose>,
    Json(form): Json<ProposalForm>,
) -> Result<(StatusCode, Answer<Proposed>), Problem> {
    let caller = can.release();
    let asked = (
        form.connection,
        form.operation,
        Value::Object(form.arguments),
    );
    let (id, payload_hash, expires_at) = propose_as(&caller.state, &caller.scope, asked).await?;
    let review_url = caller.state.link(&format!("/approvals/{id}"));
    let proposed = Proposed {
        id: id.to_string(),
        payload_hash,
        expires_at,
        review_url,
    };
    Ok((StatusCode::CREATED, Answer(proposed)))
}

/// Asks the broker to plan it and leave it for people.
pub(crate) async fn propose_as(
    state: &AppState,
    scope: &Scope,
    (connection, operation, arguments): (ConnectionId, String, Value),
) -> Result<(ProposalId, String, OffsetDateTime), Problem> {
    // A value that was read strictly has one meaning: its text is what the caller sent.
    let call = Call::Propose {
        connection,
        operation,
        arguments: arguments.to_string(),
    };
    match state.broker.call(scope, call).await? {
        Told::Proposed {
            proposal,
            payload_hash,
            expires_at,
        } => Ok((proposal, payload_hash, expires_at)),
        _ => Err(Problem::new(kind::INTERNAL).because("broker.unexpected_answer")),
    }
}
