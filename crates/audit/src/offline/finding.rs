use kernel::AuditEntryId;
use serde::Serialize;
use time::OffsetDateTime;

use crate::leaf::HashedRow;
use crate::merkle::Hash;

/// The names of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RowName {
    /// Its place in the log, as the database has it.
    pub index: Option<u64>,
    /// Its identifier, as the database has it.
    pub id: AuditEntryId,
    /// Its moment, as the database has it.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// Something that does not hold. Sorted by gravity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Finding {
    /// A checkpoint that is not signed by the log's key, or not a checkpoint.
    BadCheckpoint {
        /// Where it comes from.
        label: String,
        /// A stable code of what is wrong.
        code: &'static str,
        /// What is wrong.
        message: String,
    },
    /// The log has fewer entries than it had when a checkpoint was signed.
    Rollback {
        /// The checkpoint.
        label: String,
        /// How many entries there were.
        checkpoint_size: u64,
        /// How many there are.
        log_size: u64,
    },
    /// The stored leaf hashes do not give the signed root: somebody changed rows and hashes.
    RewrittenTree {
        /// The checkpoint.
        label: String,
        /// The change lies at or after this index,
        from: u64,
        /// and before this one.
        until: u64,
        /// The rows there, at most 16.
        suspects: Vec<AuditEntryId>,
    },
    /// A stored interior node is not what the leaves give, which are as signed: the next head would
    /// be built on it.
    DamagedNode {
        /// 0 for leaves.
        level: u8,
        /// From 0, from the left.
        index: u64,
    },
    /// A row no longer gives the leaf hash that the log recorded for it.
    AlteredRow {
        /// The row.
        row: RowName,
        /// What the log recorded.
        recorded: Hash,
        /// What the row gives now.
        recomputed: Hash,
    },
    /// A leaf has no row.
    RemovedRow {
        /// Its place.
        index: u64,
        /// What the log recorded of it.
        recorded: Hash,
        /// The row before the gap.
        after: Option<AuditEntryId>,
        /// The row behind the gap.
        before: Option<AuditEntryId>,
    },
    /// A row that the log never recorded.
    InsertedRow {
        /// The row.
        row: RowName,
        /// How that is known.
        because: InsertedBecause,
    },
    /// A row that the log recorded, at another place.
    MisplacedRow {
        /// The row, at the place that it has.
        row: RowName,
        /// The place that the log recorded.
        belongs: u64,
    },
}

/// How it is known that a row was inserted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InsertedBecause {
    /// The place that it claims belongs to another row.
    PlaceTaken,
    /// The place that it claims is past the end of the log.
    PastTheEnd,
    /// It has no place, and claims a moment that the log has long passed.
    NeverSequenced,
}

impl Finding {
    /// The kind, as in the JSON form.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::BadCheckpoint { .. } => "bad_checkpoint",
            Self::Rollback { .. } => "rollback",
            Self::RewrittenTree { .. } => "rewritten_tree",
            Self::DamagedNode { .. } => "damaged_node",
            Self::AlteredRow { .. } => "altered_row",
            Self::RemovedRow { .. } => "removed_row",
            Self::InsertedRow { .. } => "inserted_row",
            Self::MisplacedRow { .. } => "misplaced_row",
        }
    }
}

impl From<&HashedRow> for RowName {
    fn from(row: &HashedRow) -> Self {
        Self {
            index: row.index(),
            id: row.id(),
            at: row.at(),
        }
    }
}
