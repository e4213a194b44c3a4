use access::{AnonymousKeyRow, LintVerdict};
use axum::Json;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::Can;
use crate::problem::Problem;
use crate::route::permission::ApiKeysRead;

/// Whether the organisation is open to anonymous keys, and which there are.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AnonymousKeys {
    /// Since when it is open; nothing while it is closed, when no key opens anything.
    #[serde(with = "time::serde::rfc3339::option")]
    turned_on_at: Option<OffsetDateTime>,
    /// What the linter of row level security said last: `passed`, `found` or `not_looked`.
    lint: &'static str,
    /// Newest first.
    keys: Vec<AnonymousKey>,
}

/// An anonymous key, as it may be shown after it was made.
#[derive(Debug, Serialize, ToSchema)]
struct AnonymousKey {
    /// Its identifier.
    #[schema(example = "ank_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    id: String,
    /// What its maker called it.
    name: String,
    /// Its first characters, to tell it from others.
    #[schema(example = "csa_0a1b2c3d")]
    face: String,
    /// The origins whose pages may use it.
    origins: Vec<String>,
    /// Who made it.
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

/// The organisation's anonymous keys, and whether they open anything.
#[utoipa::path(get, path = "/api/v1/anonymous-keys", tag = "access", responses(
    (status = 200, description = "Without their text.", body = AnonymousKeys),
))]
pub(super) async fn list_anonymous_keys(
    mut can: Can<ApiKeysRead>,
) -> Result<Json<AnonymousKeys>, Problem> {
    let keys = access::anonymous_keys(&mut can.tx).await?;
    let now = access::anonymous_access(&mut can.tx).await?;
    Ok(Json(AnonymousKeys {
        turned_on_at: now.turned_on_at,
        lint: match now.lint {
            LintVerdict::Passed => "passed",
            LintVerdict::Found => "found",
            LintVerdict::NotLooked => "not_looked",
        },
        keys: keys.into_iter().map(AnonymousKey::from).collect(),
    }))
}

impl From<AnonymousKeyRow> for AnonymousKey {
    fn from(row: AnonymousKeyRow) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name,
            face: row.face,
            origins: row.origins,
            made_by: row.made_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
        }
    }
}
