use axum::response::Response;
use kernel::ApiKeyId;

use crate::Can;
use crate::extract::Id;
use crate::pages::answer::done;
use crate::problem::{Problem, kind};
use crate::route::permission::ApiKeysManage;

/// Revokes a key: it fails on its next use.
pub(super) async fn revoke_api_key(
    can: Can<ApiKeysManage>,
    Id(key): Id<ApiKeyId>,
) -> Result<Response, Problem> {
    let caller = can.release();
    if !access::revoke_api_key(caller.write().await?, key).await? {
        return Err(Problem::new(kind::NOT_FOUND));
    }
    Ok(done(&caller.state, "/access/keys", "The key was revoked."))
}
