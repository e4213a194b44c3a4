use std::fmt::Display;

use access::KeyRow;
use axum::Json;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::extract::Reads;
use crate::problem::Problem;
use crate::route::permission::ApiKeysRead;

/// An API key or a service key, without its secret: that was shown once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Key {
    /// Its identifier.
    #[schema(example = "key_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    id: String,
    /// What its maker called it.
    name: String,
    /// Its first characters, to tell it from others.
    #[schema(example = "csk_0a1b2c3d")]
    face: String,
    /// What it may do.
    scopes: Vec<String>,
    /// Who made it: of a service key they may have left since.
    made_by: String,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it ends by itself.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
    /// When it was revoked.
    #[serde(with = "time::serde::rfc3339::option")]
    revoked_at: Option<OffsetDateTime>,
    /// When it was last used, to about a minute.
    #[serde(with = "time::serde::rfc3339::option")]
    last_used_at: Option<OffsetDateTime>,
}

/// The organisation's keys, newest first.
#[utoipa::path(get, path = "/api/v1/api-keys", tag = "access", responses(
    (status = 200, description = "Without their secrets.", body = Vec<Key>),
))]
pub(super) async fn list_api_keys(mut can: Reads<ApiKeysRead>) -> Result<Json<Vec<Key>>, Problem> {
    let keys = access::api_keys(&mut can.tx).await?;
    Ok(Json(keys.into_iter().map(Key::from).collect()))
}

impl<I: Display> From<KeyRow<I>> for Key {
    fn from(row: KeyRow<I>) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name,
            face: row.face,
            scopes: row.scopes,
            made_by: row.made_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
        }
    }
}
