use askama::Template;
use time::OffsetDateTime;

use crate::Page;
use crate::filters;

/// Where a one-time link leads: a button, because previews of mails and chats fetch links and must
/// not use them up.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/sign_in_link.html")]
pub struct SignInLink {
    /// What every page shares.
    pub page: Page,
    /// Whether the link still works.
    pub state: LinkState,
}

/// Whether a one-time link still works.
#[derive(Debug, Clone)]
pub enum LinkState {
    /// It does, once.
    Ready {
        /// Whom it signs in.
        name: String,
        /// Where.
        organisation: String,
        /// The token of the link, sent back by the button.
        token: String,
        /// When it stops working.
        expires_at: OffsetDateTime,
    },
    /// Used, expired or made up: these look the same.
    Spent,
}
