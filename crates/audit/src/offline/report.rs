use std::collections::BTreeMap;

use kernel::AuditEntryId;
use serde::Serialize;
use time::OffsetDateTime;

use crate::leaf::HashedRow;
use crate::merkle::Hash;

/// A report lists this many findings, the gravest first, and counts the rest.
pub const MAX_FINDINGS: usize = 1_000;

/// What a check of the log found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The verdict.
    pub outcome: Outcome,
    /// The log, by the name of its key.
    pub log: String,
    /// How many stored leaf hashes were checked.
    pub leaves: u64,
    /// How many rows were checked.
    pub rows: u64,
    /// Leaves past the largest good checkpoint: in order as far as one can tell, and not yet signed.
    pub uncovered: u64,
    /// Rows that have no place in the log yet, and are young enough for that.
    pub unsequenced: u64,
    /// Leaves whose rows were withheld from an export that is not complete.
    pub withheld: u64,
    /// Each checkpoint and how the log stands to it.
    pub checkpoints: Vec<CheckedCheckpoint>,
    /// How many findings there are of each kind.
    pub counts: BTreeMap<&'static str, u64>,
    /// What is wrong: the gravest first, at most [`MAX_FINDINGS`].
    pub findings: Vec<Finding>,
    /// Why nothing could be concluded, where the outcome is an error.
    pub problem: Option<Problem>,
}

/// The verdict on a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All held.
    Ok,
    /// The log was tampered with, or something that should prove it does not.
    Failed,
    /// It could not be checked.
    Error,
}

/// Why a log could not be checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable code, for programs.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

/// A checkpoint in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckedCheckpoint {
    /// Where it comes from.
    pub label: String,
    /// The size that it signs, where its signature holds.
    pub size: Option<u64>,
    /// How the log stands to it.
    pub standing: Standing,
}

/// How the log stands to a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The log begins with exactly what it signs.
    Holds,
    /// The log has another root at its size.
    RootDiffers,
    /// The log is shorter.
    LogShorter,
    /// It is not well signed, and was not used.
    Refused,
}

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

impl Outcome {
    /// The exit status of `countersign audit verify`: 0 where all held, 1 where the log failed, 2
    /// where it could not be checked.
    pub const fn exit_status(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Error => 2,
        }
    }
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

impl Report {
    /// A report of a check that could not be made at all.
    pub fn error(log: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Error,
            log: log.into(),
            leaves: 0,
            rows: 0,
            uncovered: 0,
            unsequenced: 0,
            withheld: 0,
            checkpoints: Vec::new(),
            counts: BTreeMap::new(),
            findings: Vec::new(),
            problem: Some(Problem {
                code,
                message: message.into(),
            }),
        }
    }

    /// Takes up findings, the gravest first, and fails where there are any.
    pub(super) fn conclude(&mut self, mut findings: Vec<Finding>) {
        for finding in &findings {
            *self.counts.entry(finding.kind()).or_default() += 1;
        }
        findings.sort();
        findings.truncate(MAX_FINDINGS);
        // Found wrong outweighs could not check: a caller must not retry what was tampered with.
        if !findings.is_empty() {
            self.outcome = Outcome::Failed;
        }
        self.findings = findings;
    }
}
