use serde::Serialize;

use crate::history::Issue;

/// An issue as the API shows it.
#[derive(Debug, Serialize)]
pub(super) struct IssueView<'a> {
    #[serde(flatten)]
    issue: &'a Issue,
    /// The page for a person.
    url: String,
}

impl<'a> IssueView<'a> {
    pub(super) fn new(issue: &'a Issue, base_url: &str) -> Self {
        Self {
            issue,
            url: format!("{base_url}/issues/{}", issue.number),
        }
    }
}
