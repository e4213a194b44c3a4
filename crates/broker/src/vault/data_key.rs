use std::sync::Arc;
use std::time::Instant;

use crypto::envelope::OpenError;
use crypto::{Context, DataKey, KeyId, Sealed};
use db::WriteTx;
use kernel::{Chance, OrganisationId, Secret};

use super::Vault;
use super::kek::{KekError, Wrapped};
use crate::store::{self, DataKeyRow};

/// What a data key seals. Integration tokens have one of their own (VA-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Tokens and keys of connections, and the secrets of clients, at apps and at identity providers.
    IntegrationTokens,
    Approvals,
    Files,
}

impl Purpose {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::IntegrationTokens => "integration_tokens",
            Self::Approvals => "approvals",
            Self::Files => "files",
        }
    }
}

/// Whose a data key is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum KeyOwner {
    Tenant(OrganisationId),
    Server,
}

/// Why a value could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VaultError {
    /// The ciphertext, its place or its key is not what was sealed.
    #[error("a sealed value does not open")]
    Sealed(#[from] OpenError),
    /// The data key that sealed the value does not open.
    #[error("the key of a sealed value cannot be had")]
    Kek(#[from] KekError),
    /// The key that sealed the value is not there.
    #[error("the key of a sealed value is missing")]
    NoKey,
    /// Nobody knows what a stored value was sealed for.
    #[error("a sealed value stands where none is kept")]
    NoPlace,
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
        let owner = KeyOwner::Tenant(organisation);
        if let Some(row) = store::data_key_of(tx, purpose.as_str()).await? {
            return Ok(self.unwrap(owner, row).await?);
        }
        let row = self.new_key(tx, owner, chance).await?;
        // Somebody may have been faster: what stands in the table is the key.
        store::insert_data_key(tx, organisation, purpose.as_str(), &row).await?;
        let row = store::data_key_of(tx, purpose.as_str())
            .await?
            .ok_or(VaultError::NoKey)?;
        Ok(self.unwrap(owner, row).await?)
    }

    pub(crate) async fn unwrap(
        &self,
        owner: KeyOwner,
        row: DataKeyRow,
    ) -> Result<DataKey, KekError> {
        let (id, wrapped) = row.into_wrapped();
        let tenant = owner.tenant();
        let place = owner.place(&tenant, &id);
        // A file's keys are at hand: nothing that they open is kept.
        if !self.kek().is_far(wrapped.by.as_str()) {
            let bytes = self.kek().unwrap(&wrapped, &place).await?;
            return Ok(DataKey::new(KeyId::new(id), &bytes));
        }
        let bytes = if let Some(bytes) = self.opened.get(&wrapped, &place, Instant::now()) {
            bytes
        } else {
            let bytes = Arc::new(self.kek().unwrap(&wrapped, &place).await?);
            self.opened.put(&wrapped, &place, (&bytes, Instant::now()));
            bytes
        };
        Ok(DataKey::new(KeyId::new(id), &bytes))
    }

    /// The same data key, under the master key `target`. It takes the place of the one that opens: so it is opened once
    /// before.
    pub(crate) async fn rewrap(
        &self,
        owner: KeyOwner,
        row: DataKeyRow,
        (target, chance): (&str, &dyn Chance),
    ) -> Result<DataKeyRow, KekError> {
        let (id, wrapped) = row.into_wrapped();
        let tenant = owner.tenant();
        let place = owner.place(&tenant, &id);
        let bytes = self.kek().unwrap(&wrapped, &place).await?;
        let kek = self.kek();
        let wrapped = kek.wrap(&bytes, &place, Some(target), chance).await?;
        let opened = kek.unwrap(&wrapped, &place).await;
        match opened {
            Ok(opened) if opened.expose() == bytes.expose() => {
                Ok(DataKeyRow::from_wrapped(id, &wrapped))
            }
            Ok(_) | Err(KekError::Sealed(_)) => Err(KekError::Unread(target.to_owned())),
            Err(error) => Err(error),
        }
    }

    /// A data key that nobody has used yet, under the master key that everything is wrapped under since the last
    /// rotation began: a broker that has not met that key must not go on with an older one.
    pub(crate) async fn new_key(
        &self,
        tx: &mut WriteTx,
        owner: KeyOwner,
        chance: &dyn Chance,
    ) -> Result<DataKeyRow, VaultError> {
        let under = store::rotations::wrapping_key(tx).await?;
        let id = format!("dek_{}", hex::encode(random::<12>(chance)));
        let bytes = Arc::new(Secret::new(random::<32>(chance)));
        let tenant = owner.tenant();
        let place = owner.place(&tenant, &id);
        let kek = self.kek();
        let wrapped = kek.wrap(&bytes, &place, under.as_deref(), chance).await?;
        if kek.is_far(wrapped.by.as_str()) {
            self.opened.put(&wrapped, &place, (&bytes, Instant::now()));
        }
        Ok(DataKeyRow::from_wrapped(id, &wrapped))
    }
}

impl DataKeyRow {
    fn into_wrapped(self) -> (String, Wrapped) {
        let wrapped = Wrapped {
            by: KeyId::new(self.wrapped_by),
            bytes: Sealed::from_bytes(self.wrapped),
        };
        (self.id, wrapped)
    }

    fn from_wrapped(id: String, wrapped: &Wrapped) -> Self {
        Self {
            id,
            wrapped_by: wrapped.by.as_str().to_owned(),
            wrapped: wrapped.bytes.as_bytes().to_vec(),
        }
    }
}

impl KeyOwner {
    fn tenant(self) -> String {
        match self {
            Self::Tenant(organisation) => organisation.to_string(),
            Self::Server => "server".to_owned(),
        }
    }

    const fn place<'a>(self, tenant: &'a str, id: &'a str) -> Context<'a> {
        Context {
            tenant,
            table: match self {
                Self::Tenant(_) => "broker.data_keys",
                Self::Server => "broker.server_keys",
            },
            field: "wrapped",
            row: id,
            version: 1,
        }
    }
}

fn random<const N: usize>(chance: &dyn Chance) -> [u8; N] {
    let mut bytes = [0_u8; N];
    chance.fill(&mut bytes);
    bytes
}
