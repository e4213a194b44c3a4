use axum::Json;

use super::api_keys::Key;
use crate::extract::Reads;
use crate::problem::Problem;
use crate::route::permission::ApiKeysRead;

/// The organisation's service keys, newest first.
#[utoipa::path(get, path = "/api/v1/service-keys", tag = "access", responses(
    (status = 200, description = "Without their secrets.", body = Vec<Key>),
))]
pub(super) async fn list_service_keys(
    mut can: Reads<ApiKeysRead>,
) -> Result<Json<Vec<Key>>, Problem> {
    let keys = access::service_keys(&mut can.tx).await?;
    Ok(Json(keys.into_iter().map(Key::from).collect()))
}
