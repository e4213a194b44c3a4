//! The way to PostgreSQL: scoped transactions, migrations, the embedded cluster, the job queue.
//!
//! Promises: no SQL runs outside a scope; the database itself binds who a transaction acts for,
//! from the hash of a credential; a change commits only together with its audit entry; a process
//! does not serve from a database whose row level security has a known hole.

pub mod cluster;
mod error;
pub mod guard;
pub mod jobs;
pub mod migrate;
mod pool;
mod scope;

pub use error::{Error, Refusal};
pub use pool::Db;
pub use scope::{ReadTx, WriteTx};
