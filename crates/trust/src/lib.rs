//! Controls, the evidence of their runs, and what the trust page shows of both.
//!
//! Promises: nothing is green without fresh evidence; a claim without a control is listed as not
//! checked; a control that could not run is an error, not a pass.

mod claims;
mod control;
mod control_session;
mod evidence;
mod page;
mod store;

pub use claims::{CLAIMS, Claim};
pub use control::{Control, Found};
pub use control_session::{ControlSession, Which, control_session};
pub use evidence::{Evidence, Status, latest_evidence, record};
pub use page::{ClaimStanding, Shown, Standing, TrustPage, trust_page};
