use std::time::Duration;

use kernel::ProposalId;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Effect, Tool, schema};
use crate::desk::{Approval, Desk, DeskError};

pub(super) const NAME: &str = "get_approval";

pub(super) const TOOL: Tool = Tool {
    name: NAME,
    title: "Follow an approval",
    description: "Tells how a proposed write stands: whether it still waits for a person, was \
                  rejected, or was sent, and then the link of the created ticket. With wait_seconds \
                  it answers as soon as the proposal has ended, or when the time is over; call it \
                  again while is_final is false. Needs the scope approvals.read.",
    effect: Effect::Reads,
    input: schema::<Input>,
    output: schema::<Approval>,
};

/// The longest wait: proxies and clients give up on calls of half a minute.
const MAX_WAIT_SECONDS: u64 = 20;

/// Which, and how long to wait.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    /// From propose_ticket: apr_…
    #[schemars(with = "String")]
    approval_id: ProposalId,
    /// How long to wait for the end of it, 0 to 20 seconds. 0 unless told.
    #[serde(default)]
    #[schemars(range(min = 0, max = 20))]
    wait_seconds: u64,
}

pub(super) async fn call(desk: &dyn Desk, input: Input) -> Result<Approval, DeskError> {
    let wait = Duration::from_secs(input.wait_seconds.min(MAX_WAIT_SECONDS));
    desk.approval(input.approval_id, wait).await
}
