use access::NewAnonymousKey;
use axum::Json as Answer;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::create_api_key::MadeKey;
use crate::extract::{Json, Recent};
use crate::problem::Problem;
use crate::route::permission::ApiKeysManage;

/// An anonymous key to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAnonymous {
    /// The page that will use it.
    name: String,
    /// The origins whose pages may use it, 1 to 20.
    #[schema(example = json!(["https://www.example.com"]))]
    origins: Vec<String>,
    /// 1 to 365.
    expires_in_days: u32,
}

/// Makes a key that may sit in a public page. It opens nothing until anonymous access is turned on, and
/// then what the organisation shows to everybody.
#[utoipa::path(post, path = "/api/v1/anonymous-keys", tag = "access", request_body = NewAnonymous, responses(
    (status = 201, description = "Made, and shown this once.", body = MadeKey),
))]
pub(super) async fn create_anonymous_key(
    Recent(can): Recent<ApiKeysManage>,
    Json(form): Json<NewAnonymous>,
) -> Result<(StatusCode, Answer<MadeKey>), Problem> {
    let origins = form.origins.iter().map(String::as_str);
    let new = NewAnonymousKey::parse(&form.name, origins, form.expires_in_days)?;
    let caller = can.release();
    let maker = (caller.principal.organisation, caller.principal.user);
    let (id, key) =
        access::create_anonymous_key(&caller.state.db, &caller.scope, maker, new).await?;
    Ok((StatusCode::CREATED, Answer(MadeKey::of(id, &key))))
}
