use axum::Json;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::extract::Reads;
use crate::problem::{Problem, kind};
use crate::route::permission::AuditRead;

/// The newest signed head of the log's tree.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Checkpoint {
    /// How many entries it covers, of all organisations.
    size: u64,
    /// The root over them, in hexadecimal.
    root: String,
    /// The signed note (C2SP tlog-checkpoint): keep it, and check the log against it later.
    note: String,
    /// When it was signed.
    #[serde(with = "time::serde::rfc3339")]
    signed_at: OffsetDateTime,
}

/// The newest checkpoint of the audit log.
#[utoipa::path(get, path = "/api/v1/audit/checkpoint", tag = "audit", responses(
    (status = 200, description = "Keep it somewhere else.", body = Checkpoint),
))]
pub(super) async fn newest_checkpoint(
    mut can: Reads<AuditRead>,
) -> Result<Json<Checkpoint>, Problem> {
    let head = audit::head(&mut can.tx)
        .await?
        .ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    Ok(Json(Checkpoint {
        size: head.size,
        root: hex::encode(head.root),
        note: head.note,
        signed_at: head.signed_at,
    }))
}
