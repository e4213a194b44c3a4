use db::{Error, ReadTx};
use kernel::{AuditEntryId, PageSize};
use time::OffsetDateTime;

use crate::store;

/// A line of the audit log about the bound person's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnEvent {
    /// Its identifier.
    pub id: AuditEntryId,
    /// When it was.
    pub at: OffsetDateTime,
    /// What kind of credential it was done with.
    pub actor_kind: String,
    /// `room.event`
    pub action: String,
    /// The text form of the identifier that it is about.
    pub subject: Option<String>,
    /// Names and values, as a JSON object.
    pub details: String,
}

/// What happened to the bound person's account before `before`, the newest first: their sign-ins, factors and AI
/// clients, wherever they were; what they did about keys, roles and teams, where they are a member.
pub async fn own_events(
    tx: &mut ReadTx,
    before: Option<AuditEntryId>,
    size: PageSize,
) -> Result<Vec<OwnEvent>, Error> {
    store::account::own_events(tx, before, size).await
}
