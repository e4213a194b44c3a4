use askama::Template;

use crate::Page;
use crate::access::ScopeChoice;

/// What AI clients do at most in the organisation, to change it.
#[derive(Debug, Clone, Template)]
#[template(path = "oauth/limit.html")]
pub struct Limit {
    /// What every page shares.
    pub page: Page,
    /// Whether there is a limit.
    pub is_limited: bool,
    /// Whether the person has proven lately who they are.
    pub is_recent: bool,
    /// Every permission that programs may have; chosen are those within the limit, all where there is none.
    pub permissions: Vec<ScopeChoice>,
}
