use askama::Template;
use time::OffsetDateTime;

use super::DecidedRow;
use crate::Page;
use crate::filters;

/// Looks for proposals by an exact text of what they would send.
#[derive(Debug, Clone, Template)]
#[template(path = "approvals/search.html")]
pub struct Search {
    /// What every page shares.
    pub page: Page,
    /// The present moment.
    pub now: OffsetDateTime,
    /// What was looked for.
    pub text: String,
    /// Why it could not be looked for.
    pub error: Option<String>,
    /// What was found, once something was looked for.
    pub sought: Option<Sought>,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Sought {
    /// The last proposed first, a hundred at most.
    pub rows: Vec<DecidedRow>,
}

impl Search {
    /// Before anything was looked for.
    pub fn new(page: Page, now: OffsetDateTime) -> Self {
        Self {
            page,
            now,
            text: String::new(),
            error: None,
            sought: None,
        }
    }

    fn wrong(&self) -> &str {
        self.error.as_deref().unwrap_or_default()
    }
}

impl Sought {
    fn count(&self) -> String {
        match self.rows.len() {
            1 => "1 found".to_owned(),
            100 => "The last 100".to_owned(),
            count => format!("{count} found"),
        }
    }
}
