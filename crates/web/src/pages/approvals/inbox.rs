use std::collections::HashMap;

use approvals::{Deciders, Filter, List, Proposal};
use axum::response::Response;
use kernel::{PageSize, ProposalId};
use serde::Deserialize;
use ui::Nav;
use ui::approvals::{Inbox, InboxRows};
use ui::component::Pages;

use super::face::{Names, decided_row, waiting_row};
use crate::Can;
use crate::extract::Query;
use crate::pages::answer::html;
use crate::problem::{Problem, kind};
use crate::route::permission::ApprovalsRead;

/// Which pages of the two lists. A link from elsewhere may carry more.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    /// Of those that wait, only those behind this one.
    waiting_before: Option<String>,
    /// Of those that are decided, only those behind this one.
    before: Option<String>,
}

/// Where the two lists begin.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    waiting: Option<ProposalId>,
    decided: Option<ProposalId>,
}

/// What waits for a person, and what became of the rest.
pub(super) async fn inbox(
    mut can: Can<ApprovalsRead>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let place = Place::read(&which)?;
    let page = can.page(Nav::Approvals).await?;
    let rows = find(&mut can, place, page.waiting_approvals, false).await?;
    html(&Inbox {
        page,
        rows_path: place.path("/approvals/rows"),
        rows,
    })
}

/// The rows alone, when something has moved.
pub(super) async fn rows(
    mut can: Can<ApprovalsRead>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let place = Place::read(&which)?;
    let waiting = can.count_waiting().await?;
    html(&find(&mut can, place, waiting, true).await?)
}

async fn find(
    can: &mut Can<ApprovalsRead>,
    place: Place,
    waiting_count: u64,
    is_fragment: bool,
) -> Result<InboxRows, Problem> {
    let (tx, size) = (&mut can.tx, PageSize::default());
    let waiting = approvals::proposals(tx, Filter::NeedsPerson, place.waiting, size).await?;
    let decided = approvals::proposals(tx, Filter::Settled, place.decided, size).await?;
    let shown = waiting.proposals.iter().chain(&decided.proposals);
    let deciders = deciders_of(can, shown).await?;
    let names = Names(&can.state.apps);
    Ok(InboxRows {
        now: can.state.now(),
        waiting_count,
        waiting_pages: place.waiting_pages(&waiting),
        waiting: waiting
            .proposals
            .into_iter()
            .map(|row| waiting_row(names, &deciders, row))
            .collect(),
        pages: place.decided_pages(&decided),
        decided: decided
            .proposals
            .into_iter()
            .map(|row| decided_row(names, &deciders, row))
            .collect(),
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

impl Place {
    fn read(which: &Which) -> Result<Self, Problem> {
        let read = |text: &Option<String>| {
            let id = text.as_deref().map(str::parse::<ProposalId>);
            id.transpose().map_err(|_| Problem::new(kind::BAD_QUERY))
        };
        Ok(Self {
            waiting: read(&which.waiting_before)?,
            decided: read(&which.before)?,
        })
    }

    /// The address of this place of both lists below `page`.
    fn path(self, page: &str) -> String {
        let cursors = [("waiting_before", self.waiting), ("before", self.decided)];
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, cursor) in cursors {
            query.extend_pairs(cursor.map(|id| (name, id.to_string())));
        }
        let query = query.finish();
        if query.is_empty() {
            page.to_owned()
        } else {
            format!("{page}?{query}")
        }
    }

    /// Cursors lead one way: back is where the list begins.
    fn waiting_pages(self, list: &List) -> Pages {
        let at = |waiting| Self { waiting, ..self }.path("/approvals");
        Pages {
            newer: self.waiting.map(|_| at(None)),
            older: list.next.map(|next| at(Some(next))),
        }
    }

    fn decided_pages(self, list: &List) -> Pages {
        let at = |decided| Self { decided, ..self }.path("/approvals");
        Pages {
            newer: self.decided.map(|_| at(None)),
            older: list.next.map(|next| at(Some(next))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paging_one_list_leaves_the_other_where_it_is() {
        let id = |n| ProposalId::from(uuid::Uuid::from_u128(n));
        let place = Place {
            waiting: Some(id(1)),
            decided: Some(id(2)),
        };
        let list = |next| List {
            proposals: Vec::new(),
            next,
        };
        let pages = place.waiting_pages(&list(Some(id(3))));
        let (three, two) = (id(3), id(2));
        let expected = format!("/approvals?waiting_before={three}&before={two}");
        assert_eq!(pages.older, Some(expected));
        assert_eq!(pages.newer, Some(format!("/approvals?before={two}")));
        let first = Place::default();
        let pages = first.decided_pages(&list(None));
        assert!(pages.newer.is_none() && pages.older.is_none());
        assert_eq!(first.path("/approvals/rows"), "/approvals/rows");
    }
}
