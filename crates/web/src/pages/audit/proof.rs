use axum::response::Response;
use kernel::AuditEntryId;

use crate::Can;
use crate::api::audit::prove;
use crate::extract::Id;
use crate::problem::Problem;
use crate::route::permission::AuditRead;

/// The proof of an entry, to keep.
pub(super) async fn download_proof(
    mut can: Can<AuditRead>,
    Id(id): Id<AuditEntryId>,
) -> Result<Response, Problem> {
    prove(&mut can.tx, id).await
}
