use http::StatusCode;
use kernel::ApiKeyId;

use crate::Can;
use crate::extract::Id;
use crate::problem::{Problem, kind};
use crate::route::permission::ApiKeysManage;

/// Revokes a key: it fails on its next use.
#[utoipa::path(delete, path = "/api/v1/api-keys/{id}", tag = "access",
    params(("id" = String, Path, description = "The key.")),
    responses((status = 204, description = "Revoked.")),
)]
pub(super) async fn revoke_api_key(
    can: Can<ApiKeysManage>,
    Id(key): Id<ApiKeyId>,
) -> Result<StatusCode, Problem> {
    let caller = can.release();
    if access::revoke_api_key(caller.write().await?, key).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::new(kind::NOT_FOUND))
    }
}
