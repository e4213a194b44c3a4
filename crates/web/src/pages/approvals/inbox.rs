use std::collections::HashMap;

use approvals::{Deciders, Filter, Proposal};
use axum::response::Response;
use kernel::{PageSize, ProposalId};
use ui::Nav;
use ui::approvals::{Inbox, InboxRows};
use ui::component::Pages;

use super::face::{Names, decided_row, waiting_row};
use crate::Can;
use crate::pages::answer::html;
use crate::problem::Problem;
use crate::route::permission::ApprovalsRead;

/// What waits for a person, and what became of the rest.
pub(super) async fn inbox(mut can: Can<ApprovalsRead>) -> Result<Response, Problem> {
    let page = can.page(Nav::Approvals).await?;
    let rows = find(&mut can, page.waiting_approvals, false).await?;
    html(&Inbox { page, rows })
}

/// The rows alone, when something has moved.
pub(super) async fn rows(mut can: Can<ApprovalsRead>) -> Result<Response, Problem> {
    let waiting = can.count_waiting().await?;
    html(&find(&mut can, waiting, true).await?)
}

async fn find(
    can: &mut Can<ApprovalsRead>,
    waiting_count: u64,
    is_fragment: bool,
) -> Result<InboxRows, Problem> {
    let page = PageSize::default();
    let mut waiting = approvals::proposals(&mut can.tx, Filter::NeedsPerson, page).await?;
    // The longest waiting first: it expires first.
    waiting.reverse();
    let decided = approvals::proposals(&mut can.tx, Filter::Settled, page).await?;
    let deciders = deciders_of(can, waiting.iter().chain(&decided)).await?;
    let names = Names(&can.state.apps);
    Ok(InboxRows {
        now: can.state.now(),
        waiting_count,
        waiting: waiting
            .into_iter()
            .map(|row| waiting_row(names, &deciders, row))
            .collect(),
        decided: decided
            .into_iter()
            .map(|row| decided_row(names, &deciders, row))
            .collect(),
        pages: Pages::default(),
        is_fragment,
    })
}

async fn deciders_of(
    can: &mut Can<ApprovalsRead>,
    rows: impl Iterator<Item = &Proposal>,
) -> Result<HashMap<ProposalId, Deciders>, Problem> {
    let ids: Vec<ProposalId> = rows.map(|row| row.id).collect();
    Ok(approvals::deciders(&mut can.tx, &ids).await?)
}
