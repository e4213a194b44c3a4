use std::collections::BTreeMap;

use serde::Serialize;

use super::Finding;

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
