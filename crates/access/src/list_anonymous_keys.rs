use db::{Error, ReadTx};
use kernel::AnonymousKeyId;
use time::OffsetDateTime;

use crate::store;

/// An anonymous key as it may be shown after it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnonymousKeyRow {
    /// Its identifier.
    pub id: AnonymousKeyId,
    /// What its maker called it.
    pub name: String,
    /// Its first characters, to tell it from others.
    pub face: String,
    /// The origins whose pages may use it.
    pub origins: Vec<String>,
    /// Who made it.
    pub made_by: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it ends by itself.
    pub expires_at: OffsetDateTime,
    /// When it was revoked.
    pub revoked_at: Option<OffsetDateTime>,
    /// When it was last used, to about a minute.
    pub last_used_at: Option<OffsetDateTime>,
}

/// Whether the organisation is open to anonymous keys, and whether it could be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnonymousAccess {
    /// Since when it is open; nothing while it is closed.
    pub turned_on_at: Option<OffsetDateTime>,
    /// What the linter of row level security said last.
    pub lint: LintVerdict,
}

/// What the control `db.lint` said within its freshness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LintVerdict {
    /// It found nothing.
    Passed,
    /// It has a finding.
    Found,
    /// It could not look, or has not looked lately.
    NotLooked,
}

impl LintVerdict {
    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "pass" => Self::Passed,
            "fail" => Self::Found,
            _ => Self::NotLooked,
        }
    }
}

/// The bound organisation's anonymous keys, newest first.
pub async fn anonymous_keys(tx: &mut ReadTx) -> Result<Vec<AnonymousKeyRow>, Error> {
    store::anonymous_keys(tx).await
}

/// Whether the bound organisation is open to them.
pub async fn anonymous_access(tx: &mut ReadTx) -> Result<AnonymousAccess, Error> {
    store::anonymous_access(tx).await
}
