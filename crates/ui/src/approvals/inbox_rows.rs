use askama::Template;
use askama::filters::HtmlSafe;
use kernel::ProposalId;
use time::OffsetDateTime;

use super::ProposalState;
use crate::component::Pages;
use crate::filters;

/// The rows of the inbox, with the counts of the navigation.
#[derive(Debug, Clone, Template)]
#[template(path = "approvals/inbox_rows.html")]
pub struct InboxRows {
    /// The present moment.
    pub now: OffsetDateTime,
    /// All that wait, even those that are not in `waiting`.
    pub waiting_count: u64,
    /// Those that wait: what expires next is first.
    pub waiting: Vec<WaitingRow>,
    /// The way to those that wait and are not in `waiting`: `older` leads on to what expires later.
    pub waiting_pages: Pages,
    /// Those that are decided, the last proposed first.
    pub decided: Vec<DecidedRow>,
    /// The way to those decided that are older.
    pub pages: Pages,
    /// Whether it stands alone as an answer; then it updates the counts outside of itself too.
    pub is_fragment: bool,
}

impl HtmlSafe for InboxRows {}

impl InboxRows {
    /// What screen readers are told once when it changes.
    fn announcement(&self) -> String {
        format!("{} waiting", self.waiting_count)
    }
}

/// A proposal that waits.
#[derive(Debug, Clone)]
pub struct WaitingRow {
    /// Its identifier.
    pub id: ProposalId,
    /// What it would do, in words.
    pub operation: String,
    /// What it is about, such as an issue's title; empty where the app's manifest names nothing.
    pub subject: String,
    /// The app that it would do it in.
    pub app: String,
    /// Name of the key or person that asks.
    pub requester: String,
    /// Since when.
    pub requested_at: OffsetDateTime,
    /// Until when.
    pub expires_at: OffsetDateTime,
    /// Approvals so far.
    pub approvals: u64,
    /// Approvals needed.
    pub approvals_needed: u64,
}

/// A proposal that is decided.
#[derive(Debug, Clone)]
pub struct DecidedRow {
    /// Its identifier.
    pub id: ProposalId,
    /// What it would do or did, in words.
    pub operation: String,
    /// What it is about; empty where the app's manifest names nothing.
    pub subject: String,
    /// The app.
    pub app: String,
    /// Name of the key or person that asked.
    pub requester: String,
    /// Who decided; empty when time did.
    pub decided_by: String,
    /// When it got into its state.
    pub at: OffsetDateTime,
    /// Its state.
    pub state: ProposalState,
}
