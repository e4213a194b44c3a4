use db::{Error, ReadTx};
use kernel::{CallId, ConnectionId, PageSize, ProposalId};
use time::OffsetDateTime;

use crate::store;

/// A call that left through a connection. No content.
#[derive(Debug, Clone)]
pub struct CallRow {
    /// Its identifier.
    pub id: CallId,
    /// When.
    pub at: OffsetDateTime,
    /// The operation, in the manifest's words.
    pub operation: String,
    /// The HTTP status, where an answer came.
    pub status: Option<i32>,
    /// Why none came, a stable code.
    pub error_code: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: i32,
    /// The size of the answer, in bytes.
    pub answer_bytes: i64,
    /// `session`, `api_key`, `access_token` or `job`.
    pub actor_kind: String,
    /// Under which approval, for a write.
    pub proposal: Option<ProposalId>,
}

/// The latest calls of a connection, or the latest that are older than `before`. None where `before`
/// is no call of it.
pub async fn calls(
    tx: &mut ReadTx,
    connection: ConnectionId,
    before: Option<CallId>,
    page: PageSize,
) -> Result<Vec<CallRow>, Error> {
    store::calls(tx, connection, before, page).await
}
