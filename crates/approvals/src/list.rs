use db::{Error, ReadTx};
use kernel::PageSize;

use crate::{Proposal, store};

/// Which proposals a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Those that wait for a person: to decide, or to say what happened.
    NeedsPerson,
    /// All others.
    Settled,
}

/// Proposals of the bound organisation, newest first.
pub async fn proposals(
    tx: &mut ReadTx,
    filter: Filter,
    page: PageSize,
) -> Result<Vec<Proposal>, Error> {
    store::proposals(tx, filter == Filter::NeedsPerson, page).await
}

/// How many wait for a person.
pub async fn count_waiting(tx: &mut ReadTx) -> Result<i64, Error> {
    store::count_waiting(tx).await
}
