//! Controls, the evidence of their runs, and what the trust page shows of both.
//!
//! Promises: nothing is green without fresh evidence; a claim without a control is listed as not
//! checked, and one of which controls check a part as partly checked; a control that could not run
//! is an error, not a pass.

mod claims;
mod control;
mod control_person;
mod control_session;
mod evidence;
mod page;
mod store;

pub use claims::{CLAIMS, Claim};
pub use control::{Control, Found};
pub use control_person::{
    ControlPerson, Traces, forget_control_person, make_control_person, make_control_provider,
    traces_of,
};
pub use control_session::{
    ControlSession, add_control_link, age_control_tokens, colleague_control_sessions,
    control_sessions, half_control_session, stale_control_session, sweep_control_passkeys,
    sweep_controls, visitor_control_session,
};
pub use evidence::{Evidence, Status, latest_evidence, record};
pub use page::{ClaimChecked, ClaimStanding, Shown, Standing, TrustPage, trust_page};
