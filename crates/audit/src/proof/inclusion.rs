use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{ProofError, VerifyError, in_range, part, split};
use crate::merkle::{Hash, Node, NodeStore, cover, node_hash};

/// That the leaf at `index` is in the tree of `size` leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InclusionProof {
    /// The place of the leaf, from 0.
    pub index: u64,
    /// How many leaves the tree has.
    pub size: u64,
    /// The hashes beside the way from the leaf to the root, from below.
    pub path: Vec<Hash>,
}

impl InclusionProof {
    /// The nodes that [`InclusionProof::build`] looks up.
    pub fn needs(index: u64, size: u64) -> Result<Vec<Node>, ProofError> {
        in_range(index, size, size)?;
        Ok(beside(index, size).into_iter().flat_map(cover).collect())
    }

    /// Builds the proof from stored nodes (RFC 6962 2.1.1).
    pub fn build(index: u64, size: u64, stored: &impl NodeStore) -> Result<Self, ProofError> {
        in_range(index, size, size)?;
        let hashes = beside(index, size)
            .into_iter()
            .map(|leaves| part(leaves, stored));
        Ok(Self {
            index,
            size,
            path: hashes.collect::<Result<_, _>>()?,
        })
    }

    /// Checks that the tree with this `root` has `leaf` at the index (RFC 9162 2.1.3.2).
    pub fn verify(&self, leaf: Hash, root: Hash) -> Result<(), VerifyError> {
        if self.index >= self.size {
            return Err(VerifyError::OutOfRange);
        }
        let (mut place, mut last) = (self.index, self.size - 1);
        let mut hash = leaf;
        for beside in &self.path {
            if last == 0 {
                return Err(VerifyError::Length);
            }
            if place & 1 == 1 || place == last {
                hash = node_hash(*beside, hash);
                // Levels without a right sibling are skipped: their node is the same.
                let skipped = place.trailing_zeros();
                (place, last) = (place >> skipped, last >> skipped);
            } else {
                hash = node_hash(hash, *beside);
            }
            (place, last) = (place >> 1, last >> 1);
        }
        if last != 0 {
            return Err(VerifyError::Length);
        }
        if hash == root {
            Ok(())
        } else {
            Err(VerifyError::Mismatch)
        }
    }
}

/// The parts of the tree beside the way to the leaf, from below.
fn beside(index: u64, size: u64) -> Vec<Range<u64>> {
    let (mut start, mut end) = (0, size);
    let mut parts = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            parts.push(middle..end);
            end = middle;
        } else {
            parts.push(start..middle);
            start = middle;
        }
    }
    parts.reverse();
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::merkle::{FullTree, leaf_hash};
    use crate::proof::vectors;

    #[test]
    fn the_published_paths_of_the_eight_leaf_tree_hold() {
        let leaves = vectors::leaves();
        for (index, size, path) in vectors::INCLUSION {
            let tree = FullTree::build(&leaves[..size]);
            let proof = InclusionProof::build(index as u64, size as u64, &tree).unwrap();
            let hexed: Vec<_> = proof
                .path
                .iter()
                .map(|h| hex::encode(h.as_bytes()))
                .collect();
            assert_eq!(hexed, path);
            assert_eq!(proof.verify(leaves[index], vectors::root(size)), Ok(()));
        }
    }

    #[test]
    fn a_leaf_that_the_tree_lacks_has_no_proof() {
        let tree = FullTree::build(&vectors::leaves());
        let out = ProofError::OutOfRange { asked: 8, size: 8 };
        assert_eq!(InclusionProof::build(8, 8, &tree), Err(out));
        assert!(matches!(
            InclusionProof::build(3, 9, &tree),
            Err(ProofError::MissingNode(_))
        ));
        assert!(InclusionProof::needs(0, u64::MAX).is_err());
    }

    #[test]
    fn the_needed_nodes_suffice() {
        let tree = FullTree::build(&vectors::leaves()[..7]);
        for index in 0..7 {
            let fetched: std::collections::BTreeMap<_, _> = InclusionProof::needs(index, 7)
                .unwrap()
                .into_iter()
                .map(|node| (node, tree.node(node).unwrap()))
                .collect();
            assert!(InclusionProof::build(index, 7, &fetched).is_ok());
        }
    }

    proptest! {
        #[test]
        fn every_leaf_is_proven_and_nothing_else_is(size in 1_usize..200, at: prop::sample::Index, wrong in 1_u8..) {
            let leaves: Vec<_> = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
            let tree = FullTree::build(&leaves);
            let (index, root) = (at.index(size), tree.root());
            let proof = InclusionProof::build(index as u64, size as u64, &tree).unwrap();
            prop_assert_eq!(proof.verify(leaves[index], root), Ok(()));

            prop_assert_eq!(proof.verify(leaf_hash(&[wrong]), root), Err(VerifyError::Mismatch));
            let moved = InclusionProof { index: (index as u64 + 1) % (size as u64 + 1), ..proof.clone() };
            prop_assert!(moved.verify(leaves[index], root).is_err());
            let mut longer = proof.clone();
            longer.path.push(root);
            prop_assert_eq!(longer.verify(leaves[index], root), Err(VerifyError::Length));
            let mut shorter = proof;
            if shorter.path.pop().is_some() {
                prop_assert_eq!(shorter.verify(leaves[index], root), Err(VerifyError::Length));
            }
        }

        #[test]
        fn no_numbers_panic_the_verifier(index: u64, size: u64, hashes in 0_usize..70) {
            let path = vec![leaf_hash(b""); hashes];
            let _ = InclusionProof { index, size, path }.verify(leaf_hash(b""), leaf_hash(b""));
        }
    }
}
