use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Effect, Tool, schema};
use crate::desk::{Connection, Desk, DeskError};

pub(super) const NAME: &str = "list_connections";

pub(super) const TOOL: Tool = Tool {
    name: NAME,
    title: "List connected apps",
    description: "Lists the organisation's connected apps. For those made for writing, it says which \
                  writes can be proposed and what each takes, as a JSON Schema. Needs the scope \
                  connectors.read.",
    effect: Effect::Reads,
    input: schema::<Input>,
    output: schema::<Output>,
};

/// Nothing to choose.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {}

/// The connected apps.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Output {
    /// In the order of their making.
    connections: Vec<Connection>,
}

pub(super) async fn call(desk: &dyn Desk, _: Input) -> Result<Output, DeskError> {
    Ok(Output {
        connections: desk.connections().await?,
    })
}
