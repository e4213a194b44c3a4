use std::collections::BTreeSet;

use crypto::{Attribute, BlindIndex, Context, DataKey, KeyId, Sealed};
use db::{ReadTx, WriteTx};
use kernel::{Chance, OrganisationId, ProposalId, Secret};

use super::Vault;
use super::data_key::{KeyOwner, Purpose, VaultError};
use crate::payload::{Payload, searched};
use crate::store;

/// A proposal's payload, sealed.
#[derive(Debug)]
pub(crate) struct SealedPayload {
    pub(crate) key_id: String,
    pub(crate) sealed: Vec<u8>,
}

/// Blind indexes with the names of the data keys that made them.
#[derive(Debug, Default)]
pub(crate) struct Indexes {
    pub(crate) keys: Vec<String>,
    pub(crate) indexes: Vec<Vec<u8>>,
}

impl Vault {
    /// Seals the payload of a proposal to its row.
    pub(crate) async fn seal_payload(
        &self,
        tx: &mut WriteTx,
        (organisation, proposal): (OrganisationId, ProposalId),
        payload: &Payload,
        chance: &dyn Chance,
    ) -> Result<(SealedPayload, Vec<Vec<u8>>), VaultError> {
        let key = self
            .data_key(tx, organisation, Purpose::Approvals, chance)
            .await?;
        let (tenant, row) = (organisation.to_string(), proposal.to_string());
        let plain = payload.to_vec().map_err(|_| VaultError::NotText)?;
        let sealed = key.seal(&plain, &place(&tenant, &row), chance);
        let sealed = SealedPayload {
            key_id: key.id().as_str().to_owned(),
            sealed: sealed.as_bytes().to_vec(),
        };
        Ok((sealed, indexes(&key, &tenant, payload)?))
    }

    /// The indexes that payloads have which hold `text`, by each data key that may have sealed one.
    pub(crate) async fn indexes_of(
        &self,
        tx: &mut ReadTx,
        organisation: OrganisationId,
        text: &str,
    ) -> Result<Indexes, VaultError> {
        let mut found = Indexes::default();
        let Some(text) = searched(text) else {
            return Ok(found);
        };
        let tenant = organisation.to_string();
        for row in store::data_keys_of(tx, Purpose::Approvals.as_str()).await? {
            let key = self.unwrap(KeyOwner::Tenant(organisation), row).await?;
            let index = key.blind_index(&attribute(&tenant), &text);
            found.keys.push(key.id().as_str().to_owned());
            found.indexes.push(index.to_vec());
        }
        Ok(found)
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

const fn attribute(tenant: &str) -> Attribute<'_> {
    Attribute {
        tenant,
        table: "approvals.proposals",
        field: "payload_sealed",
    }
}

/// The index of each text of a payload, in an order that tells nothing of theirs.
pub(super) fn indexes(
    key: &DataKey,
    tenant: &str,
    payload: &Payload,
) -> Result<Vec<Vec<u8>>, VaultError> {
    let texts = payload.searchable().map_err(|_| VaultError::NotText)?;
    let found: BTreeSet<BlindIndex> = texts
        .iter()
        .map(|text| key.blind_index(&attribute(tenant), text))
        .collect();
    Ok(found.iter().map(|index| index.to_vec()).collect())
}
