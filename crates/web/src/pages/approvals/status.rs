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
    ProposalStatus {
        id: proposal.id,
        now: can.state.now(),
        csrf: can.context.csrf.clone(),
        state: face::state(proposal),
        decided_by: last
            .map(|decision| decision.name.clone())
            .unwrap_or_default(),
        note: last
            .map(|decision| decision.note.clone())
            .unwrap_or_default(),
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
    match proposal.state {
        State::Waiting => own && can.holds(ApprovalsPropose::ACCESS),
        State::Approved => own || can.holds(ApprovalsDecide::ACCESS),
        _ => false,
    }
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
    let ended = match proposal.state {
        State::Waiting | State::Approved | State::Rejected => None,
        State::Expired => Some(("Expired", Tone::Mute)),
        State::Revoked => Some(("Revoked", Tone::Mute)),
        State::Executing => Some(("Claimed by the broker", Tone::Info)),
        State::Executed => Some(("Sent", Tone::Ok)),
        State::Failed => Some(("Failed", Tone::Bad)),
        State::UnknownOutcome => Some(("The line broke", Tone::Warn)),
    };
    let ended = ended.map(|(title, tone)| event(proposal.state_changed_at, title, "", tone));
    std::iter::once(proposed)
        .chain(decided)
        .chain(ended)
        .collect()
}
