use db::{Error, ReadTx};
use kernel::{PageSize, ProposalId};

use crate::{Proposal, store};

/// Which proposals a list shows, and in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Those that wait for a person, to decide or to say what happened: what expires next is first.
    NeedsPerson,
    /// All others, those proposed last first.
    Settled,
}

/// A page of a list.
#[derive(Debug)]
pub struct List {
    /// Its proposals, in the order of the filter.
    pub proposals: Vec<Proposal>,
    /// The proposal after which the next page begins, where there is one.
    pub next: Option<ProposalId>,
}

/// Proposals of the bound organisation: the first page, or the one behind the proposal `after`.
///
/// The cursor is a proposal of the list, not a moment: neither order changes with its state, so that
/// a page does not skip what others decide in the meantime.
pub async fn proposals(
    tx: &mut ReadTx,
    filter: Filter,
    after: Option<ProposalId>,
    page: PageSize,
) -> Result<List, Error> {
    // One more than is shown tells whether there is a next page.
    let rows = page.rows().saturating_add(1);
    let mut proposals = match filter {
        Filter::NeedsPerson => store::proposals_for_people(tx, after, rows).await?,
        Filter::Settled => store::settled_proposals(tx, after, rows).await?,
    };
    let shown = usize::try_from(page.rows()).unwrap_or(usize::MAX);
    let has_more = proposals.len() > shown;
    proposals.truncate(shown);
    let next = proposals.last().filter(|_| has_more).map(|last| last.id);
    Ok(List { proposals, next })
}

/// Those of `ids` that whoever is bound may see, the last proposed first.
pub async fn these(tx: &mut ReadTx, ids: &[ProposalId]) -> Result<Vec<Proposal>, Error> {
    store::these_proposals(tx, ids).await
}

/// How many wait for a person.
pub async fn count_waiting(tx: &mut ReadTx) -> Result<i64, Error> {
    store::count_waiting(tx).await
}
