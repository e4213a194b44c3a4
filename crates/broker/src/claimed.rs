use db::{Error, WriteTx};
use kernel::ProposalId;

use crate::ledger::{Ledger, Payload};

/// A proposal that this process claimed. Claiming is the only way to one.
#[derive(Debug)]
pub(crate) struct Claimed(Payload);

impl Claimed {
    /// Claims an approved proposal, once, and commits the claim. Nothing where it is not approved,
    /// has expired, or was claimed before.
    pub(crate) async fn claim<L: Ledger>(
        ledger: &L,
        tx: WriteTx,
        id: ProposalId,
    ) -> Result<Option<Self>, Error> {
        Ok(ledger.claim(tx, id).await?.map(Self))
    }

    /// What was approved, sealed.
    pub(crate) const fn payload(&self) -> &Payload {
        &self.0
    }
}
