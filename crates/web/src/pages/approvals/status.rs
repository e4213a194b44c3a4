use approvals::{DecisionRow, Proposal, State};
use axum::response::Response;
use kernel::ProposalId;
use ui::approvals::{ProposalStatus, TimelineEvent};
use ui::component::Tone;

use super::face;
use crate::Can;
use crate::extract::Id;
use crate::pages::answer::html;
use crate::problem::{Problem, kind};
use crate::route::permission::{ApprovalsDecide, ApprovalsPropose, ApprovalsRead, Permit as _};

/// What became of a proposal, alone, when something has moved.
pub(super) async fn status(
    mut can: Can<ApprovalsRead>,
    Id(id): Id<ProposalId>,
) -> Result<Response, Problem> {
    let found = approvals::proposal(&mut can.tx, id).await?;
    let (proposal, decisions) = found.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    html(&ProposalStatus {
        is_fragment: true,
        ..view(&can, &proposal, &decisions)
    })
}

pub(super) fn view<P>(
    can: &Can<P>,
    proposal: &Proposal,
    decisions: &[DecisionRow],
) -> ProposalStatus {
    let last = decisions.last();
    // Who ended it later than by a decision is who brought it where it is.
    let (decided_by, note) = match (&proposal.ended_by, last) {
        (Some(person), _) => (person.clone(), String::new()),
        (None, Some(last)) => (last.name.clone(), last.note.clone()),
        (None, None) => Default::default(),
    };
    ProposalStatus {
        id: proposal.id,
        now: can.state.now(),
        csrf: can.context.csrf.clone(),
        state: face::state(proposal),
        decided_by,
        note,
        may_resolve: can.holds(ApprovalsDecide::ACCESS),
        may_revoke: may_revoke(can, proposal),
        timeline: timeline(proposal, decisions),
        is_fragment: false,
    }
}

/// The requester at any time, until it is sent; who may decide, once it is approved: before, they
/// reject it. The database decides again.
fn may_revoke<P>(can: &Can<P>, proposal: &Proposal) -> bool {
    let own = proposal.requester_person == can.principal.user;
    let is_theirs = match proposal.state {
        State::Waiting => own,
        State::Approved => own || can.holds(ApprovalsDecide::ACCESS),
        _ => false,
    };
    is_theirs && can.holds(ApprovalsPropose::ACCESS)
}

fn timeline(proposal: &Proposal, decisions: &[DecisionRow]) -> Vec<TimelineEvent> {
    let event = |at, title: &str, actor: &str, tone| TimelineEvent {
        at,
        title: title.to_owned(),
        actor: actor.to_owned(),
        note: String::new(),
        tone,
    };
    let proposed = event(
        proposal.created_at,
        "Proposed",
        &proposal.requester_name,
        Tone::Mute,
    );
    let decided = decisions.iter().map(|decision| {
        let (title, tone) = if decision.approved {
            ("Approved", Tone::Ok)
        } else {
            ("Rejected", Tone::Mute)
        };
        TimelineEvent {
            note: decision.note.clone(),
            ..event(decision.at, title, &decision.name, tone)
        }
    });
    let ended = end(proposal).map(|(title, tone)| {
        let person = proposal.ended_by.as_deref().unwrap_or_default();
        event(proposal.state_changed_at, title, person, tone)
    });
    std::iter::once(proposed)
        .chain(decided)
        .chain(ended)
        .collect()
}

/// How it came where it is, where that was no decision.
fn end(proposal: &Proposal) -> Option<(&'static str, Tone)> {
    let by_person = proposal.ended_by.is_some();
    let disconnected = proposal.outcome_code.as_deref() == Some("connectors.disconnected");
    Some(match proposal.state {
        State::Waiting | State::Approved | State::Rejected => return None,
        State::Expired => ("Expired", Tone::Mute),
        State::Revoked if disconnected => ("Revoked: its connection was ended", Tone::Mute),
        State::Revoked => ("Revoked", Tone::Mute),
        State::Executing => ("Claimed by the broker", Tone::Info),
        State::Executed if by_person => ("Found to have happened", Tone::Ok),
        State::Executed => ("Sent", Tone::Ok),
        State::Failed if by_person => ("Found not to have happened", Tone::Bad),
        State::Failed => ("Failed", Tone::Bad),
        State::UnknownOutcome => ("The line broke", Tone::Warn),
    })
}
