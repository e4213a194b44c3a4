use askama::Template;

use super::IssuerChoice;
use crate::Page;
use crate::component::FieldErrors;

/// The form that makes a person and an organisation.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/sign_up.html")]
pub struct SignUp {
    /// What every page shares.
    pub page: Page,
    /// Name, as typed.
    pub name: String,
    /// Organisation's name, as typed.
    pub organisation: String,
    /// Email address, as typed.
    pub email: String,
    /// Issuers that let people in.
    pub issuers: Vec<IssuerChoice>,
    /// What is wrong, by field: `name`, `organisation`, `email`, `password`.
    pub errors: FieldErrors,
    /// Strength of the refused password, 1 (guessed at once) to 4; 0 before the first try.
    pub password_score: u8,
}
