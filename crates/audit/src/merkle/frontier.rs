use super::{Hash, MAX_SIZE, Node, NodeStore, bag, cover, node_hash};

/// All that growing the tree needs: the hashes of its peaks, at most 63 of them. Appending costs
/// two hashes a leaf on average, however long the log is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// From left to right, from large to small.
    peaks: Vec<Hash>,
}

/// Why the end of a stored tree could not be taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrontierError {
    /// A peak is not stored: the tree is shorter than its recorded size.
    #[error("node {} of level {} is not stored", .0.index, .0.level)]
    MissingNode(Node),
    /// More leaves than a log can have.
    #[error("a log has at most {MAX_SIZE} entries, not {0}")]
    TooLarge(u64),
}

impl Frontier {
    /// The frontier of the empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// The nodes that [`Frontier::load`] looks up: what to fetch before.
    pub fn needs(size: u64) -> Vec<Node> {
        cover(0..size)
    }

    /// Takes up a stored tree of `size` leaves.
    pub fn load(size: u64, stored: &impl NodeStore) -> Result<Self, FrontierError> {
        if size > MAX_SIZE {
            return Err(FrontierError::TooLarge(size));
        }
        let find = |node| stored.node(node).ok_or(FrontierError::MissingNode(node));
        let peaks = Self::needs(size)
            .into_iter()
            .map(find)
            .collect::<Result<_, _>>()?;
        Ok(Self { size, peaks })
    }

    /// How many leaves the tree has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root at this size (RFC 6962 2.1).
    pub fn root(&self) -> Hash {
        bag(self.peaks.iter().copied())
    }

    /// Appends a leaf and tells `completed` every node that it completes, itself first.
    pub fn append(&mut self, leaf: Hash, mut completed: impl FnMut(Node, Hash)) {
        let (mut node, mut hash) = (Node::leaf(self.size), leaf);
        completed(node, hash);
        // A right child completes its parent, with the peak to its left.
        while node.index & 1 == 1
            && let Some(left) = self.peaks.pop()
        {
            hash = node_hash(left, hash);
            node = node.parent();
            completed(node, hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// Appends `leaves` and returns every node that they complete, leaves included, in an order in
    /// which children stand before parents.
    pub fn extend(&mut self, leaves: impl IntoIterator<Item = Hash>) -> Vec<(Node, Hash)> {
        let mut nodes = Vec::new();
        for leaf in leaves {
            self.append(leaf, |node, hash| nodes.push((node, hash)));
        }
        nodes
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;
    use crate::merkle::{empty_root, leaf_hash};
    use crate::proof::vectors;

    /// The definition, word for word (RFC 6962 2.1).
    fn defined(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [leaf] => *leaf,
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                node_hash(defined(&leaves[..split]), defined(&leaves[split..]))
            }
        }
    }

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count)
            .map(|number| leaf_hash(&number.to_be_bytes()))
            .collect()
    }

    #[test]
    fn the_published_roots_of_the_eight_leaf_tree_hold() {
        let mut frontier = Frontier::new();
        for (leaf, root) in vectors::leaves().into_iter().zip(vectors::ROOTS) {
            frontier.append(leaf, |_, _| ());
            assert_eq!(hex::encode(frontier.root().as_bytes()), root);
        }
    }

    #[test]
    fn a_tree_that_is_shorter_than_its_recorded_size_is_not_taken_up() {
        let stored: HashMap<_, _> = Frontier::new().extend(leaves(6)).into_iter().collect();
        let missing = FrontierError::MissingNode(Node::leaf(6));
        assert_eq!(Frontier::load(7, &stored), Err(missing));
        assert_eq!(
            Frontier::load(u64::MAX, &stored),
            Err(FrontierError::TooLarge(u64::MAX))
        );
    }

    proptest! {
        #[test]
        fn the_root_is_the_defined_one_at_every_size(count in 0_usize..300) {
            let leaves = leaves(count);
            let mut frontier = Frontier::new();
            frontier.extend(leaves.iter().copied());
            prop_assert_eq!(frontier.root(), defined(&leaves));
        }

        #[test]
        fn batches_and_restarts_make_no_difference(batches in prop::collection::vec(0_usize..40, 0..8)) {
            let all = leaves(batches.iter().sum());
            let mut stored = HashMap::new();
            let mut done = 0;
            for batch in batches {
                let mut frontier = Frontier::load(done as u64, &stored).unwrap();
                for (node, hash) in frontier.extend(all[done..done + batch].iter().copied()) {
                    prop_assert_eq!(stored.insert(node, hash), None, "a node was written twice");
                }
                done += batch;
            }
            prop_assert_eq!(Frontier::load(done as u64, &stored).unwrap().root(), defined(&all));
        }
    }
}
