use askama::Template;
use time::OffsetDateTime;

use crate::Page;
use crate::component::FieldErrors;
use crate::filters;

/// Where an invitation's link leads. Looking at it uses nothing up.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/invitation.html")]
pub struct Invitation {
    /// What every page shares.
    pub page: Page,
    /// The invitation, where it can still be accepted.
    pub offer: Option<Offer>,
}

/// An invitation that can be accepted.
#[derive(Debug, Clone)]
pub struct Offer {
    /// To which organisation.
    pub organisation: String,
    /// Who invited.
    pub inviter: String,
    /// The address that was invited, and no other.
    pub email: String,
    /// Role, in words.
    pub role: String,
    /// The token of the link, sent back by the form.
    pub token: String,
    /// When it stops working.
    pub expires_at: OffsetDateTime,
    /// What is to be done.
    pub step: Step,
}

/// What whoever opened an invitation has to do.
#[derive(Debug, Clone)]
pub enum Step {
    /// They are signed in under the address: press the button.
    Join,
    /// The address has an account: sign in, and come back to this local path, percent-encoded.
    SignIn(String),
    /// They are signed in under another address.
    OtherAddress,
    /// The address has no account: make one.
    SignUp {
        /// Name, as typed.
        name: String,
        /// What is wrong, by field: `name`, `password`.
        errors: FieldErrors,
        /// Strength of the refused password; 0 before the first try.
        password_score: u8,
    },
}
