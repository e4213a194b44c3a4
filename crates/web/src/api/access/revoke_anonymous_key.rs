use http::StatusCode;
use kernel::AnonymousKeyId;

use crate::Can;
use crate::extract::Id;
use crate::problem::{Problem, kind};
use crate::route::permission::ApiKeysManage;

/// Revokes an anonymous key: it fails on its next use.
#[utoipa::path(delete, path = "/api/v1/anonymous-keys/{id}", tag = "access",
    params(("id" = String, Path, description = "The key.")),
    responses((status = 204, description = "Revoked.")),
)]
pub(super) async fn revoke_anonymous_key(
    can: Can<ApiKeysManage>,
    Id(key): Id<AnonymousKeyId>,
) -> Result<StatusCode, Problem> {
    let caller = can.release();
    if access::revoke_anonymous_key(caller.write().await?, key).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::new(kind::NOT_FOUND))
    }
}
