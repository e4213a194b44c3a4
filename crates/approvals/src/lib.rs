//! Proposed writes, the decisions about them, and what came of them.
//!
//! Promises: never executes, and never holds a payload in clear; a proposal's state moves only as
//! the database's state machine allows (`db/migrations/0008_approvals_proposals.sql`); a decision
//! is a person's, about exactly the payload that was shown.

mod claim;
mod decide;
mod deciders;
mod finish;
mod list;
mod proposal;
mod propose;
mod resolve;
mod revoke;
mod store;
mod sweep;

pub use claim::{ClaimError, Claimed, claim};
pub use decide::{DecideError, Decision, NoteError, Verdict, decide};
pub use deciders::{Deciders, deciders};
pub use finish::{Finished, Outcome, finish};
pub use list::{Filter, List, count_waiting, proposals, these};
pub use proposal::{DecisionRow, Proposal, SealedPayload, State, proposal, sealed_payload};
pub use propose::{NewProposal, propose};
pub use resolve::{Resolution, resolve};
pub use revoke::{RevokeError, revoke};
pub use sweep::sweep;
