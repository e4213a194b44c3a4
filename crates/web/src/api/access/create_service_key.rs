use access::NewServiceKey;
use axum::Json as Answer;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::create_api_key::MadeKey;
use crate::extract::{Json, Recent};
use crate::problem::Problem;
use crate::route::permission::ApiKeysManage;

/// A service key to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewService {
    /// The service that will use it.
    name: String,
    /// What it may do: permissions that the maker holds.
    #[schema(example = json!(["insight.read", "audit.read"]))]
    scopes: Vec<String>,
    /// 1 to 365.
    expires_in_days: u32,
}

/// Makes a key for a service of the organisation. It reads, or does what the organisation's directory says
/// below /scim/v2 (`people.provision`), goes on when its maker leaves, and is
/// refused where a browser sends it (`access.service_key_in_browser`). Making one needs a fresh proof of
/// who asks (`identity.not_recent`).
#[utoipa::path(post, path = "/api/v1/service-keys", tag = "access", request_body = NewService, responses(
    (status = 201, description = "Made, and shown this once.", body = MadeKey),
))]
pub(super) async fn create_service_key(
    Recent(can): Recent<ApiKeysManage>,
    Json(form): Json<NewService>,
) -> Result<(StatusCode, Answer<MadeKey>), Problem> {
    let new = NewServiceKey::parse(&form.name, &form.scopes, form.expires_in_days)?;
    let caller = can.release();
    let maker = (caller.principal.organisation, caller.principal.user);
    let (id, key) = access::create_service_key(&caller.state.db, &caller.scope, maker, new).await?;
    Ok((StatusCode::CREATED, Answer(MadeKey::of(id, &key))))
}
