use askama::Template;

use crate::Page;

/// The second step of signing in.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/second_factor.html")]
pub struct SecondFactor {
    /// What every page shares.
    pub page: Page,
    /// Whether there is one to give; else one must be set up.
    pub has_authenticator: bool,
    /// Recovery codes that were not used yet.
    pub codes_left: u32,
    /// What was wrong with the last try.
    pub error: String,
    /// Local path to go on to.
    pub next: String,
}
