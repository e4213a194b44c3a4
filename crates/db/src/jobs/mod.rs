//! The outbox and job queue: jobs are added in the transaction of what causes them, claimed under a
//! lease, and act for the person who caused them.

mod claim;
mod enqueue;
mod finish;
mod renew;
mod sweep;
mod work;

pub use claim::ClaimedJob;
use claim::claim;
pub use enqueue::{NewJob, Queue, enqueue};
pub use finish::Outcome;
use finish::finish;
use renew::renew;
pub use sweep::sweep;
pub use work::{Shift, work};
