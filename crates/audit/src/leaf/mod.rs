//! What of an entry is hashed: its canonical text, and the leaf hash of that.

mod canonical;
mod hashed_row;

pub use canonical::{VERSION, canonical, hash};
pub use hashed_row::{HashedRow, HashedRowError};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

/// An entry as the database keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryRow {
    /// The entry's identifier.
    pub id: Uuid,
    /// The organisation that it belongs to; `None` where nobody was bound yet.
    pub organisation: Option<Uuid>,
    /// When the transaction that it tells of began, to the microsecond.
    pub at: OffsetDateTime,
    /// Who did it.
    pub actor: Actor,
    /// `room.event`.
    pub action: String,
    /// The text form of the identifier that it is about.
    pub subject: Option<String>,
    /// Identifiers, counts, states and digests.
    pub details: Value,
}

/// Who did what an entry tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// `anonymous`, `session`, `api_key`, `job` or `system`.
    pub kind: String,
    /// The credential.
    pub id: Option<Uuid>,
    /// The person behind the credential.
    pub person: Option<Uuid>,
}
