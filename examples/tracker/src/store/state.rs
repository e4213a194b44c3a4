use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::history::History;
use crate::oauth::{Grants, PendingCodes};

/// Everything that outlives a restart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    /// Whether the history was simulated, which every page then says.
    pub(crate) simulated: bool,
    pub(crate) history: History,
    /// Which issue an `Idempotency-Key` made.
    pub(crate) idempotency_keys: BTreeMap<String, Replayable>,
    pub(crate) codes: PendingCodes,
    pub(crate) grants: Grants,
}

/// What was done under an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Replayable {
    /// The number of the issue that it made.
    pub(crate) issue: u64,
    /// SHA-256 of the request, to tell a repetition from another request under the same key.
    pub(crate) request: Digest,
}
