use db::{Error, ReadTx};
use kernel::{AuditEntryId, PageSize};
use serde_json::Value;
use time::OffsetDateTime;

use crate::store;

/// An entry as its organisation reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its identifier.
    pub id: AuditEntryId,
    /// When.
    pub at: OffsetDateTime,
    /// `anonymous`, `session`, `api_key`, `job` or `system`.
    pub actor_kind: String,
    /// The person behind it, where there is one.
    pub person: Option<String>,
    /// `room.event`.
    pub action: String,
    /// The text form of the identifier that it is about.
    pub subject: Option<String>,
    /// Identifiers, counts, states and digests.
    pub details: Value,
    /// Its place in the tree; nothing until it is sequenced, about a second later.
    pub leaf_index: Option<i64>,
}

/// Which entries a page shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only those whose action starts with this, such as `approvals.`
    pub action: Option<String>,
    /// Only those about this subject.
    pub subject: Option<String>,
    /// Only those before this one.
    pub before: Option<AuditEntryId>,
}

/// The newest signed head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// How many entries.
    pub size: u64,
    /// The root over them.
    pub root: [u8; 32],
    /// The signed note (C2SP tlog-checkpoint).
    pub note: String,
    /// When it was signed.
    pub signed_at: OffsetDateTime,
}

/// Entries of the bound organisation, newest first.
pub async fn entries(
    tx: &mut ReadTx,
    filter: &Filter,
    page: PageSize,
) -> Result<Vec<Entry>, Error> {
    store::entries(tx, filter, page).await
}

/// The newest signed head, if anything was sequenced yet.
pub async fn head(tx: &mut ReadTx) -> Result<Option<Head>, Error> {
    store::latest_head(tx).await
}
