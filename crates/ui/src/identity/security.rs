use askama::Template;
use time::OffsetDateTime;

use crate::Page;
use crate::filters;

/// A person's ways in.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/security.html")]
pub struct Security {
    /// What every page shares.
    pub page: Page,
    /// The address that they sign in with.
    pub email: String,
    /// Since when an authenticator app is set up.
    pub authenticator_since: Option<OffsetDateTime>,
    /// Recovery codes that were not used yet.
    pub codes_left: u32,
    /// Whether an organisation asks for a second factor.
    pub is_required: bool,
    /// Whether they have proven lately who they are: changes are offered only then.
    pub is_recent: bool,
}
