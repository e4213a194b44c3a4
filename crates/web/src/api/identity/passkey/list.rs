use axum::Json;
use identity::PasskeyRow;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::extract::Account;
use crate::problem::Problem;

/// A passkey of the person who asks.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::identity) struct Passkey {
    /// Its identifier.
    #[schema(example = "pky_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    id: String,
    /// What they call it.
    name: String,
    /// Whether its authenticator has copied it to other devices.
    synced: bool,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it was last used.
    #[serde(with = "time::serde::rfc3339::option")]
    last_used_at: Option<OffsetDateTime>,
    /// When its counter did not go up: somebody may hold a copy.
    #[serde(with = "time::serde::rfc3339::option")]
    doubted_at: Option<OffsetDateTime>,
}

/// The passkeys of the person who asks, oldest first.
#[utoipa::path(get, path = "/api/v1/passkeys", tag = "identity", responses(
    (status = 200, description = "All of them.", body = Vec<Passkey>),
))]
pub(in crate::api::identity) async fn list_passkeys(
    mut account: Account,
) -> Result<Json<Vec<Passkey>>, Problem> {
    let rows = identity::passkeys(&mut account.tx).await?;
    Ok(Json(rows.into_iter().map(Passkey::from).collect()))
}

impl From<PasskeyRow> for Passkey {
    fn from(row: PasskeyRow) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name,
            synced: row.is_synced,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            doubted_at: row.doubted_at,
        }
    }
}
