use askama::Template;
use kernel::OperatorAccessId;
use time::OffsetDateTime;

use crate::Page;
use crate::component::Tone;
use crate::filters;

/// Who looked into the organisation from outside, and why.
#[derive(Debug, Clone, Template)]
#[template(path = "access/operators.html")]
pub struct Operators {
    /// What every page shares.
    pub page: Page,
    /// The newest first.
    pub rows: Vec<OperatorRow>,
}

/// One access of somebody who runs this server.
#[derive(Debug, Clone)]
pub struct OperatorRow {
    /// Its identifier.
    pub id: OperatorAccessId,
    /// Who, as they said.
    pub operator: String,
    /// Why, as they said.
    pub reason: String,
    /// Since when.
    pub opened_at: OffsetDateTime,
    /// Until when at most.
    pub expires_at: OffsetDateTime,
    /// When it was ended before that.
    pub ended_at: Option<OffsetDateTime>,
    /// Who of the organisation ended it; empty where nobody did.
    pub ended_by: String,
    /// When it was last used.
    pub last_used_at: Option<OffsetDateTime>,
    /// Whether it is open now.
    pub is_open: bool,
}

impl OperatorRow {
    const fn tone(&self) -> Tone {
        if self.is_open { Tone::Warn } else { Tone::Mute }
    }

    const fn label(&self) -> &'static str {
        match (self.is_open, self.ended_at) {
            (true, _) => "Open",
            (false, Some(_)) => "Ended",
            (false, None) => "Over",
        }
    }

    fn end_path(&self) -> String {
        format!("/access/operators/{}/end", self.id)
    }
}
