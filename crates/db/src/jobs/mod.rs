//! The outbox and job queue: jobs are added in the transaction of what causes them, claimed under a
//! lease, and act for the person who caused them.

mod claim;
mod enqueue;
mod finish;

pub use claim::{ClaimedJob, claim};
pub use enqueue::{NewJob, Queue, enqueue};
pub use finish::{Outcome, finish, sweep};
