//! The audit log.

use askama::Template;
use kernel::AuditEntryId;
use time::OffsetDateTime;

use crate::Page;
use crate::component::Pages;
use crate::filters;

/// The audit log and its latest checkpoint.
#[derive(Debug, Clone, Template)]
#[template(path = "audit/log.html")]
pub struct AuditLog {
    /// What every page shares.
    pub page: Page,
    /// The newest first.
    pub entries: Vec<Entry>,
    /// Every action that occurs, for the filter.
    pub actions: Vec<String>,
    /// The chosen action; empty for all.
    pub action: String,
    /// The latest signed checkpoint.
    pub checkpoint: Option<Checkpoint>,
    /// Entries that wait to be put into the tree.
    pub pending: u64,
    /// The way to other entries.
    pub pages: Pages,
}

/// A line of the audit log.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its identifier.
    pub id: AuditEntryId,
    /// Its index in the Merkle tree; none while it waits for its batch.
    pub index: Option<u64>,
    /// When.
    pub at: OffsetDateTime,
    /// Who: a person, a key or a process.
    pub actor: String,
    /// What: `approvals.approved`.
    pub action: String,
    /// About which thing; empty when about none.
    pub subject: String,
    /// Names and values.
    pub details: Vec<(String, String)>,
}

/// A signed statement of what the log holds.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// Name of the log in the checkpoint.
    pub origin: String,
    /// Entries in the tree.
    pub tree_size: u64,
    /// Root hash, RFC 6962, in base64 as the checkpoint has it.
    pub root_hash: String,
    /// When it was signed.
    pub signed_at: OffsetDateTime,
    /// The key that signed, by name.
    pub key_name: String,
}
