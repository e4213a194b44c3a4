use askama::Template;
use time::OffsetDateTime;

use crate::Page;
use crate::component::FieldErrors;
use crate::filters;

/// Asks a signed-in person to confirm that an address is theirs: a button, because previews of mails
/// fetch links and must not use them up.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/verify_address.html")]
pub struct VerifyAddress {
    /// What every page shares.
    pub page: Page,
    /// The link, where it still works for whoever is signed in.
    pub link: Option<MailLink>,
}

/// The form that asks for a link to reset a password.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/forgot_password.html")]
pub struct ForgotPassword {
    /// What every page shares.
    pub page: Page,
    /// Email address, as typed.
    pub email: String,
    /// What is wrong with it.
    pub error: String,
    /// Whether this server sends mail at all.
    pub sends_mail: bool,
}

/// The answer to every request for a link.
///
/// It has no field that could tell whether there is an account: every address looks the same.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/forgot_password_done.html")]
pub struct ForgotPasswordDone {
    /// What every page shares.
    pub page: Page,
    /// The address, as typed.
    pub email: String,
}

/// The form behind a link that resets a password: whose it is, and a field for another one.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/reset_password.html")]
pub struct ResetPassword {
    /// What every page shares.
    pub page: Page,
    /// The link, where it still works.
    pub link: Option<MailLink>,
    /// What is wrong, by field: `password`.
    pub errors: FieldErrors,
    /// Strength of the refused password; 0 before the first try.
    pub password_score: u8,
}

/// A link in a mail that still works.
#[derive(Debug, Clone)]
pub struct MailLink {
    /// Whose account.
    pub name: String,
    /// Its address.
    pub email: String,
    /// The token of the link, sent back by the form.
    pub token: String,
    /// When it stops working.
    pub expires_at: OffsetDateTime,
}
