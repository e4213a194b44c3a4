//! The public trust page.

mod checked_claim;
mod control;
mod page;

pub use checked_claim::{CheckedClaim, ClaimChecked};
pub use control::{Control, Evidence, Standing};
pub use page::{Claim, Trust};
