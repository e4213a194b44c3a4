use askama::Template;

use super::IssuerChoice;
use crate::Page;

/// The form that starts a session.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/sign_in.html")]
pub struct SignIn {
    /// What every page shares.
    pub page: Page,
    /// Email address, as typed.
    pub email: String,
    /// Why it was refused; never whether the address or the password was wrong.
    pub error: String,
    /// Whether browsers make passkeys for this server.
    pub can_passkey: bool,
    /// Issuers that let people in.
    pub issuers: Vec<IssuerChoice>,
    /// Local path to go on to; already checked to be one.
    pub next: String,
}
