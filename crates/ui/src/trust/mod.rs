//! The public trust page.

mod checked_claim;
mod control;
mod page;

pub use checked_claim::{CheckedClaim, ClaimShown};
pub use control::{Control, Evidence, Outcome, Shown};
pub use page::{Claim, Trust};
