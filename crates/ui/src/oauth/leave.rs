use askama::Template;

use crate::Page;

/// On the way back to a client, with its answer.
///
/// A page and not a redirect: `form-action 'self'` would hold up the redirect that answers a form.
#[derive(Debug, Clone, Template)]
#[template(path = "oauth/leave.html")]
pub struct Leave {
    /// What every page shares.
    pub page: Page,
    /// What the client calls itself.
    pub client_name: String,
    /// Whether the person said yes.
    pub granted: bool,
    /// The client's address with the answer; it was checked to be one of its own.
    pub url: String,
}
