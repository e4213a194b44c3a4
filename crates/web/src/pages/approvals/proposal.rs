use approvals::{DecisionRow, State};
use axum::response::Response;
use identity::Principal;
use kernel::ProposalId;
use ui::Nav;
use ui::approvals as view;

use super::face::Names;
use super::{request, status};
use crate::Can;
use crate::api::approvals::show;
use crate::extract::Id;
use crate::pages::answer::{html, refused};
use crate::problem::{Problem, kind};
use crate::route::permission::{ApprovalsDecide, ApprovalsRead, Permit};

/// One proposal: exactly what would be sent, and the decision.
pub(super) async fn proposal(
    can: Can<ApprovalsRead>,
    Id(id): Id<ProposalId>,
) -> Result<Response, Problem> {
    html(&look(can, id).await?)
}

/// The same with a decision that was refused.
pub(super) async fn again(
    can: Can<ApprovalsRead>,
    id: ProposalId,
    (note, problem): (String, Problem),
) -> Result<Response, Problem> {
    let mut page = look(can, id).await?;
    if matches!(page.form, view::DecisionForm::Open { .. }) {
        let error = problem.fields().values().next();
        let error = error.map_or_else(|| problem.sentence().to_owned(), Clone::clone);
        page.form = view::DecisionForm::Open { note, error };
    } else {
        page.page.flash = Some(ui::Flash {
            tone: ui::component::Tone::Bad,
            text: problem.sentence().to_owned(),
        });
    }
    refused(&problem, &page)
}

async fn look(mut can: Can<ApprovalsRead>, id: ProposalId) -> Result<view::Proposal, Problem> {
    let page = can.page(Nav::Approvals).await?;
    let found = approvals::proposal(&mut can.tx, id).await?;
    let (row, decisions) = found.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    let status = status::view(&can, &row, &decisions);
    let form = form(&can.principal, &row, &decisions);
    let names = Names(&can.state.apps);
    let subject = view::Subject {
        id,
        operation: names.operation(&row.app, &row.operation),
        subject: row.subject.unwrap_or_default(),
        app: names.app(&row.app),
        connection: row.connection,
        requester: row.requester_name,
        requested_at: row.created_at,
        expires_at: row.expires_at,
        approvals_needed: u64::try_from(row.approvals_needed).unwrap_or(1),
    };
    let (request, form) = match show(&can.release(), id).await {
        Ok(shown) => (request::shown(shown), form),
        // Nobody approves what they cannot see; what is over can still be looked at.
        Err(problem) => {
            let hash = hex::encode(row.payload_hash);
            let closed = match form {
                view::DecisionForm::Open { .. } => view::DecisionForm::Closed(
                    "It cannot be decided while it cannot be shown.".to_owned(),
                ),
                other => other,
            };
            (request::hidden(problem.sentence(), hash), closed)
        }
    };
    let decisions = decisions.into_iter().map(decision).collect();
    Ok(view::Proposal {
        page,
        subject,
        request,
        status,
        decisions,
        form,
    })
}

/// Whether this person can decide now, and why not. The database decides again.
fn form(
    viewer: &Principal,
    row: &approvals::Proposal,
    decisions: &[DecisionRow],
) -> view::DecisionForm {
    let may_decide = match ApprovalsDecide::ACCESS {
        crate::Access::Permission(name) => viewer.can(name),
        _ => false,
    };
    if row.state != State::Waiting {
        view::DecisionForm::Absent
    } else if !may_decide {
        view::DecisionForm::Closed("Your role may look at this, not decide about it.".to_owned())
    } else if row.four_eyes && row.requester_person == viewer.user {
        view::DecisionForm::Closed("You proposed this yourself: somebody else decides.".to_owned())
    } else if decisions
        .iter()
        .any(|decision| decision.user == viewer.user)
    {
        view::DecisionForm::Closed("You have decided. It waits for somebody else.".to_owned())
    } else {
        view::DecisionForm::Open {
            note: String::new(),
            error: String::new(),
        }
    }
}

fn decision(row: DecisionRow) -> view::Decision {
    view::Decision {
        by: row.name,
        at: row.at,
        is_approval: row.approved,
        note: row.note,
    }
}
