use askama::Template;

use super::IssuerChoice;
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
    /// Whether there is a password to prove it with.
    pub has_password: bool,
    /// Issuers that know them, and ask people anew who they are; none where a second factor is the proof.
    pub issuers: Vec<IssuerChoice>,
    /// The organisation's provider that began the session; none where a second factor is the proof.
    pub provider: Option<IssuerChoice>,
    /// What was wrong with the last try.
    pub error: String,
    /// Local path to go on to.
    pub next: String,
}
