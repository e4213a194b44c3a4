use askama::Template;

use crate::Page;
use crate::component::FieldErrors;
use crate::filters;

/// What a person may change about themselves.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/profile.html")]
pub struct Profile {
    /// What every page shares.
    pub page: Page,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// Whether mail to it was shown to reach them.
    pub is_verified: bool,
    /// What is wrong, by field: `current`, `password`.
    pub errors: FieldErrors,
    /// Strength of the refused password; 0 before the first try.
    pub password_score: u8,
}
