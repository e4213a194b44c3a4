use std::collections::HashMap;

use db::{Error, ReadTx};
use kernel::ProposalId;

use crate::store;

/// Who has said something about a proposal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deciders {
    /// Their names, in the order in which they decided.
    pub names: String,
    /// How many of them approved.
    pub approvals: i64,
}

/// Who decided about each of `proposals`; those without a decision are left out.
pub async fn deciders(
    tx: &mut ReadTx,
    proposals: &[ProposalId],
) -> Result<HashMap<ProposalId, Deciders>, Error> {
    store::deciders(tx, proposals).await
}
