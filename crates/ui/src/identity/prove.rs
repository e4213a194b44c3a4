use askama::Template;

use crate::Page;

/// Asks somebody who is signed in to prove again who they are.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/prove.html")]
pub struct Prove {
    /// What every page shares.
    pub page: Page,
    /// Whose password it is, for password managers.
    pub email: String,
    /// Whether there is a second factor, which alone is a proof then.
    pub has_factor: bool,
    /// Whether there is a passkey to prove it with.
    pub has_passkeys: bool,
    /// What was wrong with the last try.
    pub error: String,
    /// Local path to go on to.
    pub next: String,
}
