use super::{Hash, Node, NodeStore, bag, cover, node_hash};

/// Every complete node over a list of leaf hashes, in memory: 64 bytes a leaf.
#[derive(Debug, Clone)]
pub struct FullTree {
    /// By level, from the leaves up; then by index.
    levels: Vec<Vec<Hash>>,
}

impl FullTree {
    /// Computes all nodes: one hash a leaf.
    pub fn build(leaves: &[Hash]) -> Self {
        let mut levels = vec![leaves.to_vec()];
        while let Some(below) = levels.last().filter(|below| below.len() > 1) {
            let above = below
                .as_chunks()
                .0
                .iter()
                .map(|[left, right]| node_hash(*left, *right))
                .collect();
            levels.push(above);
        }
        Self { levels }
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        let size = self.levels.first().map_or(0, Vec::len) as u64;
        bag(cover(0..size)
            .into_iter()
            .filter_map(|node| self.node(node)))
    }
}

impl NodeStore for FullTree {
    fn node(&self, node: Node) -> Option<Hash> {
        let level = self.levels.get(usize::from(node.level))?;
        level.get(usize::try_from(node.index).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::{Frontier, leaf_hash};

    #[test]
    fn it_holds_exactly_the_nodes_that_growing_the_tree_completes() {
        for size in 0..70_u8 {
            let leaves: Vec<_> = (0..size).map(|number| leaf_hash(&[number])).collect();
            let full = FullTree::build(&leaves);
            let mut frontier = Frontier::new();
            let completed = frontier.extend(leaves);
            assert_eq!(
                full.levels.iter().map(Vec::len).sum::<usize>(),
                completed.len()
            );
            for (node, hash) in completed {
                assert_eq!(full.node(node), Some(hash));
            }
            assert_eq!(full.root(), frontier.root());
        }
    }
}
