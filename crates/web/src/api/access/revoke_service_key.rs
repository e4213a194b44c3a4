use http::StatusCode;
use kernel::ServiceKeyId;

use crate::Can;
use crate::extract::Id;
use crate::problem::{Problem, kind};
use crate::route::permission::ApiKeysManage;

/// Revokes a service key: it fails on its next use.
#[utoipa::path(delete, path = "/api/v1/service-keys/{id}", tag = "access",
    params(("id" = String, Path, description = "The key.")),
    responses((status = 204, description = "Revoked.")),
)]
pub(super) async fn revoke_service_key(
    can: Can<ApiKeysManage>,
    Id(key): Id<ServiceKeyId>,
) -> Result<StatusCode, Problem> {
    let caller = can.release();
    if access::revoke_service_key(caller.write().await?, key).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::new(kind::NOT_FOUND))
    }
}
