use askama::Template;

use crate::Page;

/// The second step of signing in.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/second_factor.html")]
pub struct SecondFactor {
    /// What every page shares.
    pub page: Page,
    /// Whether an authenticator app is set up. Where there is no passkey either, something must be.
    pub has_authenticator: bool,
    /// Whether there is a passkey.
    pub has_passkeys: bool,
    /// Whether browsers make passkeys for this server.
    pub can_passkey: bool,
    /// What a new passkey is called.
    pub new_name: String,
    /// Recovery codes that were not used yet.
    pub codes_left: u32,
    /// What was wrong with the last try.
    pub error: String,
    /// Local path to go on to.
    pub next: String,
}
