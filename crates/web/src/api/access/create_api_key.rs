use access::NewApiKey;
use axum::Json as Answer;
use http::StatusCode;
use kernel::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{Json, Recent};
use crate::problem::Problem;
use crate::route::permission::ApiKeysManage;

/// A key to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewKey {
    /// The client that will use it.
    name: String,
    /// What it may do: permissions that the maker holds, and that are not for people only.
    #[schema(example = json!(["connectors.read", "approvals.propose"]))]
    scopes: Vec<String>,
    /// 1 to 365.
    expires_in_days: u32,
}

/// A key that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadeKey {
    /// Its identifier.
    id: String,
    /// The key, this once: only its hash is kept.
    key: String,
}

/// Makes a key for a program. It never approves, makes keys, or holds more than its maker; making one
/// needs a fresh proof of who asks (`identity.not_recent`).
#[utoipa::path(post, path = "/api/v1/api-keys", tag = "access", request_body = NewKey, responses(
    (status = 201, description = "Made, and shown this once.", body = MadeKey),
))]
pub(super) async fn create_api_key(
    Recent(can): Recent<ApiKeysManage>,
    Json(form): Json<NewKey>,
) -> Result<(StatusCode, Answer<MadeKey>), Problem> {
    let new = NewApiKey::parse(&form.name, &form.scopes, form.expires_in_days)?;
    let caller = can.release();
    let maker = (caller.principal.organisation, caller.principal.user);
    let (id, key) = access::create_api_key(&caller.state.db, &caller.scope, maker, new).await?;
    Ok((StatusCode::CREATED, Answer(MadeKey::of(id, &key))))
}

impl MadeKey {
    pub(super) fn of(id: impl ToString, key: &Secret<String>) -> Self {
        Self {
            id: id.to_string(),
            key: key.expose().clone(),
        }
    }
}
