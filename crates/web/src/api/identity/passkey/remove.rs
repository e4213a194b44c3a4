use http::StatusCode;
use kernel::PasskeyId;

use crate::extract::{Id, RecentAccount};
use crate::problem::Problem;

/// Removes a passkey of the person who asks. Needs a fresh proof.
///
/// The last second factor of somebody whose organisation asks for one stays; with the last one go the
/// recovery codes.
#[utoipa::path(delete, path = "/api/v1/passkeys/{id}", tag = "identity",
    params(("id" = String, Path, description = "The passkey.")),
    responses((status = 204, description = "It opens nothing any more.")),
)]
pub(in crate::api::identity) async fn remove_passkey(
    recent: RecentAccount,
    Id(passkey): Id<PasskeyId>,
) -> Result<StatusCode, Problem> {
    let caller = recent.0.release();
    identity::remove_passkey(caller.write().await?, passkey).await?;
    Ok(StatusCode::NO_CONTENT)
}
