//! The MCP server: what an AI client may ask of an organisation's data and propose to its apps.
//!
//! Promises: writes nothing without an approval (the one tool that leads to a write leaves a
//! proposal for people); tells aggregates, never a case or a person; decides no permission (the
//! [`Desk`] does, with the caller's own rights). Everything that is of the SDK stays in `mcp/`.

mod desk;
mod mcp;
mod tools;

pub use desk::{
    Approval, BottleneckFigures, Connection, Desk, DeskAnswer, DeskError, DurationFigures, Insight,
    Log, Proposable, Proposed, WayFigures,
};
pub use mcp::Mcp;
