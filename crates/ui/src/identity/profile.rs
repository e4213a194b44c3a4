use askama::Template;
use time::OffsetDateTime;

use crate::Page;
use crate::component::FieldErrors;
use crate::filters;

/// What a person may change about themselves.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/profile.html")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and a page shows them"
)]
pub struct Profile {
    /// What every page shares.
    pub page: Page,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// Whether mail to it was shown to reach them.
    pub is_verified: bool,
    /// Whether they have proven lately who they are: another address asks for it.
    pub is_recent: bool,
    /// Whether they have a password to change.
    pub has_password: bool,
    /// Whether this server sends mail, without which no address changes.
    pub sends_mail: bool,
    /// A change of address that waits.
    pub change: Option<PendingAddress>,
    /// The new address, as typed.
    pub new_email: String,
    /// What is wrong, by field: `current`, `password`, `new_email`.
    pub errors: FieldErrors,
    /// Strength of the refused password; 0 before the first try.
    pub password_score: u8,
}

/// A change of address that waits for one mailbox or for both.
#[derive(Debug, Clone)]
pub struct PendingAddress {
    /// Where the account would move.
    pub new_email: String,
    /// Whether that mailbox has agreed.
    pub is_confirmed_new: bool,
    /// Whether the present one has.
    pub is_confirmed_old: bool,
    /// When it ends by itself.
    pub expires_at: OffsetDateTime,
}
