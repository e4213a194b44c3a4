use kernel::LogId;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Effect, Tool, schema};
use crate::desk::{Desk, DeskError, Insight};

pub(super) const NAME: &str = "read_insight";

pub(super) const TOOL: Tool = Tool {
    name: NAME,
    title: "Read where work waits",
    description: "Gives the figures of one event log: how many cases, how long they take, which step \
                  follows which, and a ranked list of where work waits, each in a sentence. \
                  Aggregates only: no case and no person is named, and what fewer than five cases do \
                  is left out. Durations are in seconds. Needs the scope insight.read.",
    effect: Effect::Reads,
    input: schema::<Input>,
    output: schema::<Insight>,
};

/// Which log.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    /// From list_logs: log_…
    #[schemars(with = "String")]
    log_id: LogId,
}

pub(super) async fn call(desk: &dyn Desk, input: Input) -> Result<Insight, DeskError> {
    desk.insight(input.log_id).await
}
