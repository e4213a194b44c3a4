//! The audit log: append, prove, verify, export.
//!
//! Every entry is a leaf of one Merkle tree with the hashing of RFC 6962; the tree's head is signed
//! as a C2SP checkpoint. There is no hash from row to row: rows of concurrent transactions would
//! fork such a chain, or wait for each other.
//!
//! Promises: never stores the content of work; never changes or removes an entry; whoever holds one
//! saved checkpoint can check the whole log offline, with the verifier key and nothing else; a check
//! that could not be made is never reported as passed.

pub mod bundle;
pub mod checkpoint;
mod entries;
mod export;
#[cfg(test)]
mod fixture;
pub mod leaf;
pub mod merkle;
pub mod offline;
pub mod proof;
mod sequence;
mod store;
mod whole_log;

pub use entries::{Entry, Filter, Head, entries, head};
pub use export::{ExportError, export};
pub use sequence::{SequenceError, sequence};
pub use whole_log::verify_database;
