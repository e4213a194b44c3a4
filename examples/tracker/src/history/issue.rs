use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;

/// Where an issue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Status {
    Backlog,
    Selected,
    #[serde(rename = "In progress")]
    InProgress,
    #[serde(rename = "In review")]
    InReview,
    Done,
}

impl Status {
    /// In the order of the work.
    pub(crate) const ALL: [Self; 5] = [
        Self::Backlog,
        Self::Selected,
        Self::InProgress,
        Self::InReview,
        Self::Done,
    ];

    /// The name, as people and the API write it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Backlog => "Backlog",
            Self::Selected => "Selected",
            Self::InProgress => "In progress",
            Self::InReview => "In review",
            Self::Done => "Done",
        }
    }

    /// The name in addresses and style classes.
    pub(crate) const fn slug(self) -> &'static str {
        match self {
            Self::Backlog => "backlog",
            Self::Selected => "selected",
            Self::InProgress => "in-progress",
            Self::InReview => "in-review",
            Self::Done => "done",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How soon an issue wants to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Priority {
    Low,
    #[default]
    Medium,
    High,
    Urgent,
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Urgent => "urgent",
        })
    }
}

/// What somebody wrote under an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Comment {
    pub(crate) author: String,
    #[serde(with = "rfc3339")]
    pub(crate) at: OffsetDateTime,
    pub(crate) body: String,
}

/// A piece of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Issue {
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) status: Status,
    pub(crate) assignee: Option<String>,
    pub(crate) reporter: String,
    pub(crate) priority: Priority,
    pub(crate) labels: Vec<String>,
    #[serde(with = "rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    #[serde(with = "rfc3339")]
    pub(crate) updated_at: OffsetDateTime,
    #[serde(with = "rfc3339::option")]
    pub(crate) closed_at: Option<OffsetDateTime>,
    /// The client that created it through the API; none for a person.
    pub(crate) created_via: Option<String>,
    pub(crate) body: String,
    pub(crate) comments: Vec<Comment>,
}

/// An issue that is not yet one: what its reporter says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) labels: Vec<String>,
    pub(crate) priority: Priority,
    pub(crate) reporter: String,
    pub(crate) created_via: Option<String>,
}
