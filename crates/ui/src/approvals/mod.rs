//! Proposed writes and the decisions about them.

mod inbox;
mod inbox_rows;
mod proposal;
mod proposal_status;
mod request;
mod search;
mod state;

pub use inbox::Inbox;
pub use inbox_rows::{DecidedRow, InboxRows, WaitingRow};
pub use proposal::{Decision, DecisionForm, Proposal, Subject};
pub use proposal_status::{ProposalStatus, TimelineEvent};
pub use request::{Body, Mail, Request};
pub use search::{Search, Sought};
pub use state::{ProposalState, Ticket};
