use askama::Template;

use super::InboxRows;
use crate::Page;

/// The inbox of proposals, kept up to date while it is open.
#[derive(Debug, Clone, Template)]
#[template(path = "approvals/inbox.html")]
pub struct Inbox {
    /// What every page shares.
    pub page: Page,
    /// Where its rows are fetched again: path and query.
    pub rows_path: String,
    /// Its rows; the same fragment that is fetched again when something changes.
    pub rows: InboxRows,
}
