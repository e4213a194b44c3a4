use axum::Json;
use http::StatusCode;
use kernel::OperatorAccessId;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::Can;
use crate::extract::{Id, Reads};
use crate::problem::{Problem, kind};
use crate::route::permission::{AuditRead, OrganisationManage};

/// Somebody who runs this server, and looked into the organisation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OperatorAccess {
    /// Its identifier.
    #[schema(example = "opa_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    id: String,
    /// Who, as they said.
    operator: String,
    /// Why, as they said.
    reason: String,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    opened_at: OffsetDateTime,
    /// Until when at most.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
    /// When it was ended before that.
    #[serde(with = "time::serde::rfc3339::option")]
    ended_at: Option<OffsetDateTime>,
    /// Who of the organisation ended it.
    ended_by: Option<String>,
    /// When it was last used, to about a minute.
    #[serde(with = "time::serde::rfc3339::option")]
    last_used_at: Option<OffsetDateTime>,
}

/// Who looked into the organisation from outside, the newest first.
#[utoipa::path(get, path = "/api/v1/operator-access", tag = "access", responses(
    (status = 200, description = "Those who run this server, with their reasons.", body = Vec<OperatorAccess>),
))]
pub(super) async fn list_operator_access(
    mut can: Reads<AuditRead>,
) -> Result<Json<Vec<OperatorAccess>>, Problem> {
    let rows = access::operator_access(&mut can.tx).await?;
    Ok(Json(rows.into_iter().map(OperatorAccess::from).collect()))
}

/// Ends an operator's access, from its next request on.
#[utoipa::path(delete, path = "/api/v1/operator-access/{id}", tag = "access",
    params(("id" = String, Path, description = "The access.")),
    responses((status = 204, description = "Ended.")),
)]
pub(super) async fn end_operator(
    can: Can<OrganisationManage>,
    Id(id): Id<OperatorAccessId>,
) -> Result<StatusCode, Problem> {
    let caller = can.release();
    if access::end_operator(caller.write().await?, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::new(kind::NOT_FOUND))
    }
}

impl From<access::OperatorAccess> for OperatorAccess {
    fn from(row: access::OperatorAccess) -> Self {
        Self {
            id: row.id.to_string(),
            operator: row.operator,
            reason: row.reason,
            opened_at: row.opened_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
            ended_by: row.ended_by,
            last_used_at: row.last_used_at,
        }
    }
}
