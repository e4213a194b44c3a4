use kernel::ConnectionId;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Effect, Tool, schema};
use crate::desk::{Desk, DeskError, Proposed};

pub(super) const NAME: &str = "propose_ticket";

pub(super) const TOOL: Tool = Tool {
    name: NAME,
    title: "Propose a ticket",
    description: "Proposes a write to a connected app, such as creating a ticket. Nothing is sent: a \
                  person sees exactly the request that would leave and approves or rejects it. The \
                  result says approval_required with a link for that person; tell them, then follow \
                  it with get_approval. Do not propose the same thing again while it waits. Needs the \
                  scope approvals.propose.",
    effect: Effect::Proposes,
    input: schema::<Input>,
    output: schema::<Proposed>,
};

/// What to propose.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    /// A connection made for writing, from list_connections: con_…
    #[schemars(with = "String")]
    connection_id: ConnectionId,
    /// One of its operations, from list_connections.
    operation: String,
    /// The operation's arguments, as its arguments_schema says.
    arguments: Map<String, Value>,
}

pub(super) async fn call(desk: &dyn Desk, input: Input) -> Result<Proposed, DeskError> {
    desk.propose(input.connection_id, input.operation, input.arguments)
        .await
}
