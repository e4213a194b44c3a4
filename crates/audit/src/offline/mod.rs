//! Checking the whole log offline: rows against leaves, leaves against signed heads.
//!
//! Trust comes from the verifier key and from checkpoints that were saved elsewhere. Everything
//! else, rows, stored hashes and the log's own checkpoints, is taken for what an attacker with the
//! database would have left there.

mod bundle;
mod finding;
mod place;
mod render;
mod report;
#[cfg(test)]
mod tests;
mod tree;
mod verifier;

pub use bundle::verify_bundle;
pub use finding::{Finding, InsertedBecause, RowName};
pub use report::{CheckedCheckpoint, MAX_FINDINGS, Outcome, Problem, Report, Standing};
pub use verifier::{SETTLING, Verifier};

use crate::checkpoint::VerifierKey;
use crate::leaf::HashedRow;
use crate::merkle::{Hash, NodeStore};

/// A checkpoint to check the log against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedCheckpoint {
    /// Where it comes from, for the report: a file name, or `log` for the log's own.
    pub label: String,
    /// The signed note.
    pub note: String,
}

/// Checks a complete log: all its `rows` in any order, its stored `leaves` by index, its stored
/// interior `nodes` (`&()` where there are none), against `checkpoints` by `key`.
///
/// What does not hold is named in the report; where nothing could be checked the outcome is an
/// error, never a pass. For a log that does not fit in memory as rows, use [`Verifier`].
pub fn verify(
    rows: impl IntoIterator<Item = HashedRow>,
    leaves: &[Hash],
    nodes: &impl NodeStore,
    checkpoints: &[SavedCheckpoint],
    key: &VerifierKey,
) -> Report {
    let mut verifier = Verifier::new(key, checkpoints);
    for leaf in leaves {
        verifier.leaf(*leaf);
    }
    for row in rows {
        verifier.row(row);
    }
    verifier.finish(nodes)
}
