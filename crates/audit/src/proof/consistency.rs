use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{ProofError, VerifyError, in_range, part, split};
use crate::merkle::{Hash, Node, NodeStore, cover, empty_root, node_hash};

/// That the tree of `first` leaves is the beginning of the tree of `second` leaves: the log only
/// grew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyProof {
    /// How many leaves the earlier tree has.
    pub first: u64,
    /// How many leaves the later tree has.
    pub second: u64,
    /// The hashes that both roots are made of.
    pub path: Vec<Hash>,
}

impl ConsistencyProof {
    /// The nodes that [`ConsistencyProof::build`] looks up.
    pub fn needs(first: u64, second: u64) -> Result<Vec<Node>, ProofError> {
        in_range(first, second.saturating_add(1), second)?;
        Ok(between(first, second).into_iter().flat_map(cover).collect())
    }

    /// Builds the proof from stored nodes (RFC 6962 2.1.2). It is empty where `first` is 0 or equals
    /// `second`: there, the roots speak for themselves.
    pub fn build(first: u64, second: u64, stored: &impl NodeStore) -> Result<Self, ProofError> {
        in_range(first, second.saturating_add(1), second)?;
        let hashes = between(first, second)
            .into_iter()
            .map(|leaves| part(leaves, stored));
        Ok(Self {
            first,
            second,
            path: hashes.collect::<Result<_, _>>()?,
        })
    }

    /// Checks that the tree of `second_root` begins with that of `first_root` (RFC 9162 2.1.4.2).
    pub fn verify(&self, first_root: Hash, second_root: Hash) -> Result<(), VerifyError> {
        if self.first > self.second {
            return Err(VerifyError::OutOfRange);
        }
        if self.first == 0 || self.first == self.second {
            return self.verify_trivial(first_root, second_root);
        }
        // A complete first tree is a node of the second: the proof leaves its root out.
        let (start, rest) = if self.first.is_power_of_two() {
            (first_root, self.path.as_slice())
        } else {
            let (start, rest) = self.path.split_first().ok_or(VerifyError::Length)?;
            (*start, rest)
        };
        let shared = (self.first - 1).trailing_ones();
        let (mut place, mut last) = ((self.first - 1) >> shared, (self.second - 1) >> shared);
        let (mut first, mut second) = (start, start);
        for beside in rest {
            if last == 0 {
                return Err(VerifyError::Length);
            }
            if place & 1 == 1 || place == last {
                first = node_hash(*beside, first);
                second = node_hash(*beside, second);
                // Levels without a right sibling are skipped: their node is the same.
                let skipped = place.trailing_zeros();
                (place, last) = (place >> skipped, last >> skipped);
            } else {
                second = node_hash(second, *beside);
            }
            (place, last) = (place >> 1, last >> 1);
        }
        if last != 0 {
            return Err(VerifyError::Length);
        }
        if first == first_root && second == second_root {
            Ok(())
        } else {
            Err(VerifyError::Mismatch)
        }
    }

    fn verify_trivial(&self, first_root: Hash, second_root: Hash) -> Result<(), VerifyError> {
        if !self.path.is_empty() {
            return Err(VerifyError::Length);
        }
        let begins = if self.first == self.second {
            second_root
        } else {
            empty_root()
        };
        if first_root == begins {
            Ok(())
        } else {
            Err(VerifyError::Mismatch)
        }
    }
}

/// The parts of the larger tree that the proof consists of, in its order.
fn between(first: u64, second: u64) -> Vec<Range<u64>> {
    if first == 0 || first == second {
        return Vec::new();
    }
    let (mut start, mut end) = (0, second);
    let mut parts = Vec::new();
    // Down to the part that ends where the first tree ends (SUBPROOF of RFC 6962 2.1.2).
    while first != end {
        let middle = start + split(end - start);
        if first <= middle {
            parts.push(middle..end);
            end = middle;
        } else {
            parts.push(start..middle);
            start = middle;
        }
    }
    if start > 0 {
        parts.push(start..end);
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
        for (first, second, path) in vectors::CONSISTENCY {
            let tree = FullTree::build(&leaves[..second]);
            let proof = ConsistencyProof::build(first as u64, second as u64, &tree).unwrap();
            let hexed: Vec<_> = proof
                .path
                .iter()
                .map(|h| hex::encode(h.as_bytes()))
                .collect();
            assert_eq!(hexed, path);
            assert_eq!(
                proof.verify(vectors::root(first), vectors::root(second)),
                Ok(())
            );
        }
    }

    #[test]
    fn a_tree_is_no_beginning_of_a_shorter_one() {
        let tree = FullTree::build(&vectors::leaves());
        let out = ProofError::OutOfRange { asked: 8, size: 7 };
        assert_eq!(ConsistencyProof::build(8, 7, &tree), Err(out));
        let backwards = ConsistencyProof {
            first: 8,
            second: 7,
            path: vec![],
        };
        let roots = (vectors::root(8), vectors::root(7));
        assert_eq!(
            backwards.verify(roots.0, roots.1),
            Err(VerifyError::OutOfRange)
        );
    }

    #[test]
    fn an_empty_first_tree_has_only_the_empty_root() {
        let proof = ConsistencyProof {
            first: 0,
            second: 8,
            path: vec![],
        };
        assert_eq!(proof.verify(empty_root(), vectors::root(8)), Ok(()));
        let forged = proof.verify(vectors::root(3), vectors::root(8));
        assert_eq!(forged, Err(VerifyError::Mismatch));
    }

    fn tree(size: usize, changed: Option<usize>) -> FullTree {
        let leaf =
            |n: usize| leaf_hash(&[&n.to_be_bytes()[..], &[u8::from(changed == Some(n))]].concat());
        FullTree::build(&(0..size).map(leaf).collect::<Vec<_>>())
    }

    proptest! {
        #[test]
        fn growth_is_proven_and_a_rewritten_past_is_not(second in 1_usize..150, sizes: prop::sample::Index, at: prop::sample::Index) {
            let first = sizes.index(second) + 1;
            let (later, earlier_root) = (tree(second, None), tree(first, None).root());
            let proof = ConsistencyProof::build(first as u64, second as u64, &later).unwrap();
            prop_assert_eq!(proof.verify(earlier_root, later.root()), Ok(()));

            let rewritten = tree(second, Some(at.index(first)));
            let forged = ConsistencyProof::build(first as u64, second as u64, &rewritten).unwrap();
            prop_assert_eq!(forged.verify(earlier_root, rewritten.root()), Err(VerifyError::Mismatch));

            let mut longer = proof.clone();
            longer.path.push(earlier_root);
            prop_assert!(longer.verify(earlier_root, later.root()).is_err());
            let mut shorter = proof;
            if shorter.path.pop().is_some() {
                prop_assert!(shorter.verify(earlier_root, later.root()).is_err());
            }
        }

        #[test]
        fn no_numbers_panic_the_verifier(first: u64, second: u64, hashes in 0_usize..70) {
            let path = vec![leaf_hash(b""); hashes];
            let _ = ConsistencyProof { first, second, path }.verify(leaf_hash(b""), leaf_hash(b""));
        }
    }
}
