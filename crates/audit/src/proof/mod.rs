//! Proofs about a tree for somebody who holds no more than its root: that it contains a leaf, and
//! that it only grew (RFC 6962 2.1, RFC 9162 2.1.3 and 2.1.4).
//!
//! Building is split in two, so that a database is asked once: `needs` says which nodes, `build`
//! takes them from whatever holds them.

mod consistency;
mod inclusion;
mod logged;
#[cfg(test)]
mod oracle;
#[cfg(test)]
pub(crate) mod vectors;

use std::ops::Range;

pub use consistency::ConsistencyProof;
pub use inclusion::InclusionProof;
pub use logged::{LoggedEntry, LoggedEntryError, ProveError, check, prove, prove_newest};

use crate::merkle::{Hash, MAX_SIZE, Node, NodeStore, bag, cover};

/// Why a proof could not be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// No such leaf or no such size in this tree.
    #[error("{asked} is out of range for a tree of {size} leaves")]
    OutOfRange {
        /// The index or the smaller size that was asked for.
        asked: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The store lacks a node that the proof needs.
    #[error("node {} of level {} is not stored", .0.index, .0.level)]
    MissingNode(Node),
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Index and sizes contradict each other.
    #[error("the proof is about a leaf or a size that the tree does not have")]
    OutOfRange,
    /// Too few or too many hashes for the sizes.
    #[error("the proof has the wrong number of hashes")]
    Length,
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    Mismatch,
}

/// The root over a part of the tree, from stored complete nodes.
fn part(leaves: Range<u64>, stored: &impl NodeStore) -> Result<Hash, ProofError> {
    let find = |node| stored.node(node).ok_or(ProofError::MissingNode(node));
    let hashes = cover(leaves)
        .into_iter()
        .map(find)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(bag(hashes.into_iter()))
}

/// Where RFC 6962 2.1 splits `length` leaves, at least two: the largest power of two below it.
const fn split(length: u64) -> u64 {
    1 << (length - 1).ilog2()
}

const fn in_range(asked: u64, first_wrong: u64, size: u64) -> Result<(), ProofError> {
    if size > MAX_SIZE || asked >= first_wrong {
        return Err(ProofError::OutOfRange { asked, size });
    }
    Ok(())
}
