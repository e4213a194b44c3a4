use askama::Template;
use time::OffsetDateTime;

use crate::Page;
use crate::filters;

/// Where a link of a change of address leads. Looking at it uses nothing up.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/change_address.html")]
pub struct ChangeAddress {
    /// What every page shares.
    pub page: Page,
    /// What there is to see.
    pub change: AddressChange,
}

/// How a change of address stands.
#[derive(Debug, Clone)]
pub enum AddressChange {
    /// It waits for this mailbox.
    Waits(WaitingChange),
    /// Whoever had the link stopped it just now.
    Stopped,
    /// The link does nothing any more.
    Gone,
}

/// A change that waits.
#[derive(Debug, Clone)]
pub struct WaitingChange {
    /// Whether this is the mailbox that the account would leave.
    pub is_old: bool,
    /// The mailbox that got the link.
    pub recipient: String,
    /// Where the account would move.
    pub new_email: String,
    /// The token of the link, sent back by the form.
    pub token: String,
    /// When it stops working.
    pub expires_at: OffsetDateTime,
    /// What is to be done.
    pub step: ChangeStep,
}

/// What whoever opened the link has to do to agree.
#[derive(Debug, Clone)]
pub enum ChangeStep {
    /// They are signed in to the account: press the button.
    Agree,
    /// Sign in, and come back to this local path, percent-encoded.
    SignIn(String),
    /// They are signed in to another account.
    OtherAccount,
}
