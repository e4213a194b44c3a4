//! The tree: hashing (RFC 6962 2.1), the coordinates of its nodes, and the frontier that grows it.

mod frontier;
mod full;
mod hash;
mod node;

pub use frontier::{Frontier, FrontierError};
pub use full::FullTree;
pub use hash::{Hash, HashError, empty_root, leaf_hash, node_hash};
pub use node::{MAX_SIZE, Node, NodeStore, bag, cover};
