use crypto::{Context, KeyId, Sealed};
use db::{ReadTx, WriteTx};
use kernel::{Chance, OrganisationId, ProposalId, Secret};

use super::Vault;
use super::data_key::{KeyOwner, Purpose, VaultError};
use crate::store;

/// A proposal's payload, sealed.
#[derive(Debug)]
pub(crate) struct SealedPayload {
    pub(crate) key_id: String,
    pub(crate) sealed: Vec<u8>,
}

impl Vault {
    /// Seals the payload of a proposal to its row.
    pub(crate) async fn seal_payload(
        &self,
        tx: &mut WriteTx,
        (organisation, proposal): (OrganisationId, ProposalId),
        payload: &[u8],
        chance: &dyn Chance,
    ) -> Result<SealedPayload, VaultError> {
        let key = self
            .data_key(tx, organisation, Purpose::Approvals, chance)
            .await?;
        let (tenant, row) = (organisation.to_string(), proposal.to_string());
        let sealed = key.seal(payload, &place(&tenant, &row), chance);
        Ok(SealedPayload {
            key_id: key.id().as_str().to_owned(),
            sealed: sealed.as_bytes().to_vec(),
        })
    }

    /// Opens the payload of a proposal.
    pub(crate) async fn open_payload(
        &self,
        tx: &mut ReadTx,
        (organisation, proposal): (OrganisationId, ProposalId),
        payload: SealedPayload,
    ) -> Result<Secret<Vec<u8>>, VaultError> {
        let key = store::data_key(tx, &payload.key_id)
            .await?
            .ok_or(VaultError::NoKey)?;
        let key = self.unwrap(KeyOwner::Tenant(organisation), key).await?;
        let (tenant, row) = (organisation.to_string(), proposal.to_string());
        let sealed = Sealed::from_bytes(payload.sealed);
        Ok(key.open(&KeyId::new(payload.key_id), &sealed, &place(&tenant, &row))?)
    }
}

pub(super) fn place<'a>(tenant: &'a str, row: &'a str) -> Context<'a> {
    Context {
        tenant,
        table: "approvals.proposals",
        field: "payload_sealed",
        row,
        version: 1,
    }
}
