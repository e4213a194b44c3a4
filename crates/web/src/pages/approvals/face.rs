//! Proposals as pages show them.

use std::collections::HashMap;

use approvals::{Deciders, Proposal, State};
use connectors::Apps;
use kernel::ProposalId;
use ui::approvals::{DecidedRow, ProposalState, Ticket, WaitingRow};
use ui::component::ExternalUrl;

/// How apps and operations are called for people.
#[derive(Clone, Copy)]
pub(in crate::pages) struct Names<'a>(pub(in crate::pages) &'a Apps);

impl Names<'_> {
    /// The app's name.
    pub(in crate::pages) fn app(self, id: &str) -> String {
        self.0
            .get(id)
            .map_or_else(|| id.to_owned(), |manifest| manifest.name.clone())
    }

    /// What the operation does, in words.
    pub(in crate::pages) fn operation(self, app: &str, id: &str) -> String {
        let operation = self
            .0
            .get(app)
            .and_then(|manifest| manifest.operation(id).ok());
        operation.map_or_else(|| id.to_owned(), |operation| operation.title.clone())
    }
}

/// A proposal that waits, in one line.
pub(in crate::pages) fn waiting_row(
    names: Names<'_>,
    deciders: &HashMap<ProposalId, Deciders>,
    row: Proposal,
) -> WaitingRow {
    let approvals = deciders
        .get(&row.id)
        .map_or(0, |deciders| deciders.approvals);
    WaitingRow {
        id: row.id,
        operation: names.operation(&row.app, &row.operation),
        subject: row.subject.clone().unwrap_or_default(),
        app: names.app(&row.app),
        requester: row.requester_name,
        requested_at: row.created_at,
        expires_at: row.expires_at,
        approvals: u64::try_from(approvals).unwrap_or(0),
        approvals_needed: u64::try_from(row.approvals_needed).unwrap_or(1),
    }
}

/// A proposal that is decided, in one line.
pub(super) fn decided_row(
    names: Names<'_>,
    deciders: &HashMap<ProposalId, Deciders>,
    row: Proposal,
) -> DecidedRow {
    DecidedRow {
        id: row.id,
        operation: names.operation(&row.app, &row.operation),
        subject: row.subject.clone().unwrap_or_default(),
        app: names.app(&row.app),
        decided_by: deciders
            .get(&row.id)
            .map(|d| d.names.clone())
            .unwrap_or_default(),
        at: row.state_changed_at,
        state: state(&row),
        requester: row.requester_name,
    }
}

/// Where it stands, and what came of it.
pub(super) fn state(row: &Proposal) -> ProposalState {
    match row.state {
        State::Waiting => ProposalState::Waiting,
        State::Approved => ProposalState::Approved,
        State::Rejected => ProposalState::Rejected,
        State::Expired => ProposalState::Expired,
        State::Revoked => ProposalState::Revoked,
        State::Executing => ProposalState::Executing {
            since: row.state_changed_at,
        },
        State::Executed => ProposalState::Executed {
            // What the app answered to an unknown outcome is not its answer that it was done.
            status: row
                .outcome_status
                .filter(|_| row.ended_by.is_none())
                .and_then(|status| u16::try_from(status).ok()),
            ticket: ticket(row),
            duration_ms: row
                .duration_ms
                .and_then(|ms| u64::try_from(ms).ok())
                .unwrap_or(0),
        },
        State::Failed => ProposalState::Failed {
            message: failure(row),
        },
        State::UnknownOutcome => ProposalState::UnknownOutcome {
            since: row.state_changed_at,
        },
    }
}

fn ticket(row: &Proposal) -> Option<Ticket> {
    // Only web links become links: a provider could answer `javascript:`.
    let url = row.outcome_url.as_deref().and_then(ExternalUrl::parse);
    let label = row
        .outcome_reference
        .clone()
        .or_else(|| row.outcome_url.clone())?;
    Some(Ticket { label, url })
}

/// Why a write was not sent.
fn not_sent(code: &str) -> String {
    let why = match code {
        "connectors.more_than_asked" => {
            "the token for it held more than it needs: the owner or the repository is another one"
        }
        "connectors.permissions_missing" => {
            "the installation may not do it, or has not what it is about"
        }
        "connectors.key_refused" => "the app does not accept the key any more",
        "connectors.installation_suspended" => "the installation is suspended at the app",
        "connectors.installation_gone" => "the app is not installed there any more",
        _ => return format!("It was not sent ({code})."),
    };
    format!("It was not sent: {why} ({code}).")
}

fn failure(row: &Proposal) -> String {
    // A person's word is later than the code, which says why the outcome was unknown.
    if row.ended_by.is_some() {
        return "A person found that it did not happen.".to_owned();
    }
    match (row.outcome_status, row.outcome_code.as_deref()) {
        (Some(status), Some(code)) => format!("The app answered {status} ({code})."),
        (Some(status), None) => format!("The app answered {status}."),
        (None, Some(code)) => not_sent(code),
        (None, None) => "It was not sent.".to_owned(),
    }
}
