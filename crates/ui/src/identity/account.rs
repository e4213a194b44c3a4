use askama::Template;
use kernel::AuditEntryId;
use time::OffsetDateTime;

use crate::Page;
use crate::component::{FieldErrors, Pages};
use crate::filters;

/// What is a person's own: to take along, and to delete.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/account.html")]
pub struct OwnAccount {
    /// What every page shares.
    pub page: Page,
    /// The person's address, which they type to confirm.
    pub email: String,
    /// Whether they have proven lately who they are.
    pub is_recent: bool,
    /// Organisations in which they are alone: these go with the account.
    pub go_along: Vec<String>,
    /// Organisations with other members, of which they are the last owner.
    pub in_the_way: Vec<String>,
    /// What is wrong: `email`.
    pub errors: FieldErrors,
}

/// The account is deleted.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/account_deleted.html")]
pub struct AccountDeleted {
    /// What every page shares.
    pub page: Page,
    /// Whether a mail says so: not where the server sends none.
    pub is_told: bool,
}

/// What happened to a person's account.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/account_events.html")]
pub struct AccountEvents {
    /// What every page shares.
    pub page: Page,
    /// The newest first.
    pub events: Vec<AccountEvent>,
    /// The way to other events.
    pub pages: Pages,
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct AccountEvent {
    /// The line of the audit log.
    pub id: AuditEntryId,
    /// When.
    pub at: OffsetDateTime,
    /// What, in words.
    pub what: String,
    /// The same in the log's own word.
    pub action: String,
    /// About which thing; empty when about none.
    pub subject: String,
    /// Names and values.
    pub details: Vec<(String, String)>,
    /// Whether a key or an AI client of theirs did it.
    pub is_program: bool,
}
