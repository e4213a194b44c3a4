use axum::Json;
use http::StatusCode;
use identity::IdentityRow;
use kernel::IdentityId;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::extract::{Account, Id, RecentAccount};
use crate::problem::Problem;

/// What another issuer knows the person who asks as.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Identity {
    /// Its identifier.
    #[schema(example = "idn_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    id: String,
    /// The issuer, as it names itself.
    #[schema(example = "https://accounts.google.com")]
    issuer: String,
    /// What it calls them.
    label: String,
    /// When it was linked.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it last signed them in.
    #[serde(with = "time::serde::rfc3339::option")]
    last_used_at: Option<OffsetDateTime>,
}

/// The linked accounts of the person who asks, oldest first. They are linked at a browser.
#[utoipa::path(get, path = "/api/v1/identities", tag = "identity", responses(
    (status = 200, description = "All of them.", body = Vec<Identity>),
))]
pub(super) async fn list_identities(mut account: Account) -> Result<Json<Vec<Identity>>, Problem> {
    let rows = identity::identities(&mut account.tx).await?;
    Ok(Json(rows.into_iter().map(Identity::from).collect()))
}

/// Unlinks an account of the person who asks. Needs a fresh proof. The last thing that lets them in stays.
#[utoipa::path(delete, path = "/api/v1/identities/{id}", tag = "identity",
    params(("id" = String, Path, description = "The linked account.")),
    responses((status = 204, description = "It lets nobody in any more.")),
)]
pub(super) async fn unlink_identity(
    recent: RecentAccount,
    Id(identity): Id<IdentityId>,
) -> Result<StatusCode, Problem> {
    let caller = recent.0.release();
    identity::unlink_identity(caller.write().await?, identity).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<IdentityRow> for Identity {
    fn from(row: IdentityRow) -> Self {
        Self {
            id: row.id.to_string(),
            issuer: row.issuer,
            label: row.label,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
        }
    }
}
