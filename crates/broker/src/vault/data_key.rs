use crypto::envelope::OpenError;
use crypto::{Context, DataKey, KeyId, Sealed};
use db::WriteTx;
use kernel::{Chance, OrganisationId};

use super::Vault;
use crate::store;

/// What a data key seals. Integration tokens have one of their own (VA-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    IntegrationTokens,
    Approvals,
}

impl Purpose {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::IntegrationTokens => "integration_tokens",
            Self::Approvals => "approvals",
        }
    }
}

/// Why a value could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VaultError {
    /// The ciphertext, its place or its key is not what was sealed.
    #[error("a sealed value does not open")]
    Sealed(#[from] OpenError),
    /// The key that sealed the value is not there.
    #[error("the key of a sealed value is missing")]
    NoKey,
    /// What was opened is not text.
    #[error("a sealed value is not what it should be")]
    NotText,
    #[error("the vault's tables could not be read or written")]
    Database(#[from] db::Error),
}

impl Vault {
    /// The organisation's data key for `purpose`, made on first use.
    pub(crate) async fn data_key(
        &self,
        tx: &mut WriteTx,
        organisation: OrganisationId,
        purpose: Purpose,
        chance: &dyn Chance,
    ) -> Result<DataKey, VaultError> {
        if let Some(row) = store::data_key_of(tx, purpose.as_str()).await? {
            return self.unwrap(organisation, row);
        }
        let id = KeyId::new(format!("dek_{}", hex::encode(random::<12>(chance))));
        let tenant = organisation.to_string();
        let (_, wrapped) = self
            .master()
            .make_data_key(id.clone(), &place(&tenant, &id), chance);
        let row = store::DataKeyRow {
            id: id.as_str().to_owned(),
            wrapped_by: self.master().id().as_str().to_owned(),
            wrapped: wrapped.as_bytes().to_vec(),
        };
        // Somebody may have been faster: what stands in the table is the key.
        store::insert_data_key(tx, organisation, purpose.as_str(), &row).await?;
        let row = store::data_key_of(tx, purpose.as_str())
            .await?
            .ok_or(VaultError::NoKey)?;
        self.unwrap(organisation, row)
    }

    pub(crate) fn unwrap(
        &self,
        organisation: OrganisationId,
        row: store::DataKeyRow,
    ) -> Result<DataKey, VaultError> {
        let id = KeyId::new(row.id);
        let tenant = organisation.to_string();
        Ok(self.master().open_data_key(
            id.clone(),
            &KeyId::new(row.wrapped_by),
            &Sealed::from_bytes(row.wrapped),
            &place(&tenant, &id),
        )?)
    }
}

fn random<const N: usize>(chance: &dyn Chance) -> [u8; N] {
    let mut bytes = [0_u8; N];
    chance.fill(&mut bytes);
    bytes
}

fn place<'a>(organisation: &'a str, id: &'a KeyId) -> Context<'a> {
    Context {
        tenant: organisation,
        table: "broker.data_keys",
        field: "wrapped",
        row: id.as_str(),
        version: 1,
    }
}
