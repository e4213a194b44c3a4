use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::ops::Range;

use super::{Hash, empty_root, node_hash};

/// The most leaves that a tree here may have: what PostgreSQL's `bigint` counts.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// The place of a complete node: it covers the `2^level` leaves from `index * 2^level`.
///
/// Only complete nodes have a place, as in C2SP tlog-tiles: once written, such a node never changes
/// while the log grows, so that it can be stored by adding alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// 0 for leaves.
    pub level: u8,
    /// From 0, from the left.
    pub index: u64,
}

/// Where the hashes of complete nodes are looked up. Level 0 holds leaf hashes.
pub trait NodeStore {
    /// The stored hash of `node`, if there is one.
    fn node(&self, node: Node) -> Option<Hash>;
}

impl<S: BuildHasher> NodeStore for HashMap<Node, Hash, S> {
    fn node(&self, node: Node) -> Option<Hash> {
        self.get(&node).copied()
    }
}

impl NodeStore for BTreeMap<Node, Hash> {
    fn node(&self, node: Node) -> Option<Hash> {
        self.get(&node).copied()
    }
}

/// No stored nodes: for whoever has leaf hashes alone.
impl NodeStore for () {
    fn node(&self, _: Node) -> Option<Hash> {
        None
    }
}

impl Node {
    /// The node of the leaf at `index`.
    pub const fn leaf(index: u64) -> Self {
        Self { level: 0, index }
    }

    /// The node above.
    #[must_use]
    pub const fn parent(self) -> Self {
        Self {
            level: self.level + 1,
            index: self.index >> 1,
        }
    }

    /// The two nodes below; `None` for a leaf.
    pub const fn children(self) -> Option<[Self; 2]> {
        let Some(level) = self.level.checked_sub(1) else {
            return None;
        };
        let left = self.index << 1;
        Some([
            Self { level, index: left },
            Self {
                level,
                index: left + 1,
            },
        ])
    }

    /// The leaves below.
    pub const fn leaves(self) -> Range<u64> {
        let start = self.index << self.level;
        start..start + (1 << self.level)
    }
}

/// The largest complete nodes that together cover exactly `leaves`, from left to right.
///
/// For `0..size` these are the peaks, of which [`bag`] makes the root. It is the subtree that RFC
/// 6962 2.1 hashes as `D[a:b]` wherever that algorithm splits.
pub fn cover(leaves: Range<u64>) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut start = leaves.start;
    while start < leaves.end {
        let fits = (leaves.end - start).ilog2();
        let level = fits.min(start.trailing_zeros());
        #[expect(clippy::cast_possible_truncation, reason = "a level is at most 63")]
        nodes.push(Node {
            level: level as u8,
            index: start >> level,
        });
        start += 1 << level;
    }
    nodes
}

/// The root over the hashes of [`cover`], given from left to right.
pub fn bag(peaks: impl DoubleEndedIterator<Item = Hash>) -> Hash {
    // From the right: RFC 6962 2.1 splits at the largest power of two, so that the left part is
    // always complete.
    peaks
        .rev()
        .reduce(|right, left| node_hash(left, right))
        .unwrap_or_else(empty_root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peaks_of_seven_leaves_are_four_two_and_one() {
        let peaks = [(2, 0), (1, 2), (0, 6)].map(|(level, index)| Node { level, index });
        assert_eq!(cover(0..7), peaks);
        assert_eq!(cover(0..0), []);
    }

    #[test]
    fn the_largest_size_is_covered_without_overflow() {
        let nodes = cover(0..MAX_SIZE);
        assert_eq!(nodes.len(), 63);
        assert_eq!(nodes.last().map(|node| node.leaves().end), Some(MAX_SIZE));
    }

    #[test]
    fn parents_and_children_agree() {
        let node = Node { level: 3, index: 5 };
        for child in node.children().unwrap() {
            assert_eq!(child.parent(), node);
        }
        assert_eq!(Node::leaf(4).children(), None);
        assert_eq!(node.leaves(), 40..48);
    }
}
