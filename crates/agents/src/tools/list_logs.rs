use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Effect, Tool, schema};
use crate::desk::{Desk, DeskError, Log};

pub(super) const NAME: &str = "list_logs";

pub(super) const TOOL: Tool = Tool {
    name: NAME,
    title: "List event logs",
    description: "Lists the organisation's event logs: who did what, when, imported from a file or \
                  scanned from an app. Use read_insight for the figures of one. Needs the scope \
                  insight.read.",
    effect: Effect::Reads,
    input: schema::<Input>,
    output: schema::<Output>,
};

/// Nothing to choose.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {}

/// The event logs.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Output {
    /// The newest first.
    logs: Vec<Log>,
}

pub(super) async fn call(desk: &dyn Desk, _: Input) -> Result<Output, DeskError> {
    Ok(Output {
        logs: desk.logs().await?,
    })
}
