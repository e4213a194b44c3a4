use askama::Template;
use time::OffsetDateTime;

use super::{KeyKind, KeyState};
use crate::Page;
use crate::component::{FieldErrors, Tone};
use crate::filters;

/// The organisation's anonymous keys, whether they open anything, and the form that makes one.
#[derive(Debug, Clone, Template)]
#[template(path = "access/anonymous_keys.html")]
pub struct AnonymousKeys {
    /// What every page shares.
    pub page: Page,
    /// Since when the organisation is open to them; nothing while it is closed.
    pub turned_on_at: Option<OffsetDateTime>,
    /// Whether it can be opened, and stays open.
    pub lint: Lint,
    /// The newest first.
    pub keys: Vec<AnonymousKeyRow>,
    /// Whether the viewer has just shown who they are.
    pub is_recent: bool,
    /// Name of the new key, as typed.
    pub name: String,
    /// Origins of the new key, as typed.
    pub origins: String,
    /// Days until it expires, as chosen.
    pub expires_in_days: u16,
    /// What is wrong, by field: `name`, `origins`, `expires_in_days`.
    pub errors: FieldErrors,
}

/// What the linter of row level security said last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lint {
    /// It found nothing.
    Passed,
    /// It has a finding.
    Found,
    /// It has not looked lately.
    NotLooked,
}

/// A key, without its text: that was shown once.
#[derive(Debug, Clone)]
pub struct AnonymousKeyRow {
    /// Its identifier.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// How it begins, to recognise it by.
    pub prefix: String,
    /// Whose pages may use it.
    pub origins: Vec<String>,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub created_at: OffsetDateTime,
    /// When it was last used.
    pub last_used_at: Option<OffsetDateTime>,
    /// When it stops working.
    pub expires_at: OffsetDateTime,
    /// Whether it works, where the organisation is open.
    pub state: KeyState,
}

impl AnonymousKeyRow {
    fn dialog_id(&self) -> String {
        format!("revoke-{}", self.id)
    }

    fn revoke_path(&self) -> String {
        format!("{}/{}/revoke", KeyKind::Anonymous.path(), self.id)
    }
}

/// Lifetimes that the form offers, in days.
const LIFETIMES_DAYS: [u16; 4] = [30, 90, 180, 365];
