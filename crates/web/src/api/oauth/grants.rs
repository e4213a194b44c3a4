use ::oauth::GrantRow;
use axum::Json;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::extract::Reads;
use crate::problem::Problem;
use crate::route::permission::GrantsRead;

/// What somebody let a client do.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Grant {
    /// Its identifier.
    #[schema(example = "grt_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    id: String,
    /// Whose it is.
    person: String,
    /// What the client calls itself.
    client: String,
    /// Whether whoever runs this server vouches for the client.
    client_verified: bool,
    /// What it may do, as far as the person may.
    scopes: Vec<String>,
    /// Where its tokens are good.
    resource: String,
    /// Where it last asked for a token from.
    address: String,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it was last used, to about a minute.
    #[serde(with = "time::serde::rfc3339::option")]
    last_used_at: Option<OffsetDateTime>,
    /// When it ends by itself.
    #[serde(with = "time::serde::rfc3339")]
    ends_at: OffsetDateTime,
}

/// The organisation's grants in force, newest first.
#[utoipa::path(get, path = "/api/v1/grants", tag = "oauth", responses(
    (status = 200, description = "Without their tokens.", body = Vec<Grant>),
))]
pub(super) async fn list_grants(mut can: Reads<GrantsRead>) -> Result<Json<Vec<Grant>>, Problem> {
    let grants = ::oauth::grants(&mut can.tx).await?;
    Ok(Json(grants.into_iter().map(Grant::from).collect()))
}

impl From<GrantRow> for Grant {
    fn from(row: GrantRow) -> Self {
        Self {
            id: row.id.to_string(),
            person: row.person.to_string(),
            client: row.client_name,
            client_verified: row.client_verified,
            scopes: row.scopes,
            resource: row.resource,
            address: row.address,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            ends_at: row.ends_at,
        }
    }
}
