use audit::proof::ProveError;
use axum::response::{IntoResponse as _, Response};
use db::ReadTx;
use http::header;
use kernel::AuditEntryId;

use crate::extract::{Id, Reads};
use crate::problem::{Problem, kind};
use crate::route::permission::AuditRead;

/// The proof that the signed log has an entry, with the entry (C2SP tlog-proof): `countersign audit verify-entry` checks
/// it without a server.
#[utoipa::path(get, path = "/api/v1/audit/entries/{id}/proof", tag = "audit",
    params(("id" = String, Path, description = "The entry.")),
    responses((status = 200, description = "Keep it.", content_type = "text/plain", body = String)),
)]
pub(super) async fn entry_proof(
    mut can: Reads<AuditRead>,
    Id(id): Id<AuditEntryId>,
) -> Result<Response, Problem> {
    prove(&mut can.tx, id).await
}

/// As a file to keep.
pub(crate) async fn prove(tx: &mut ReadTx, id: AuditEntryId) -> Result<Response, Problem> {
    let proof = audit::proof::prove(tx, id).await?;
    let disposition = format!("attachment; filename=\"{id}.tlog-proof\"");
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, proof).into_response())
}

impl From<ProveError> for Problem {
    fn from(error: ProveError) -> Self {
        match error {
            ProveError::NotFound => Self::new(kind::NOT_FOUND),
            ProveError::NotYet => Self::new(kind::NOT_IN_TREE),
            ProveError::Tree(_) => Self::new(kind::INTERNAL).because("audit.tree_not_whole"),
            ProveError::Database(error) => error.into(),
        }
    }
}
