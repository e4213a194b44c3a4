//! The public trust page.

mod control;
mod page;

pub use control::{Control, Evidence, Outcome, Shown};
pub use page::{Claim, Trust};
