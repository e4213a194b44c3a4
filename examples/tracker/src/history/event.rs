use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;

use super::Status;

/// Who did what to which issue, when. Never changed, never removed; `id` grows with time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: u64,
    /// The number of the issue.
    pub(crate) issue: u64,
    #[serde(with = "rfc3339")]
    pub(crate) at: OffsetDateTime,
    pub(crate) actor: String,
    #[serde(flatten)]
    pub(crate) what: What,
}

/// A step in the life of an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum What {
    Created,
    Assigned { assignee: String },
    StatusChanged { from: Status, to: Status },
    Labelled { label: String },
    Closed,
    Reopened,
}
