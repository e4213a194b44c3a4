use crypto::stream::{FileKey, NewFileKey};
use crypto::{Context, KeyId, Sealed};
use db::{ReadTx, WriteTx};
use kernel::{Chance, FileId, OrganisationId};

use super::Vault;
use super::data_key::{KeyOwner, Purpose, VaultError};
use crate::store;

/// The key of a file, sealed.
#[derive(Debug)]
pub(crate) struct SealedFileKey {
    pub(crate) key_id: String,
    pub(crate) sealed: Vec<u8>,
}

impl Vault {
    /// A key for a file that is about to be sealed, and its form for the file's row.
    pub(crate) async fn new_file_key(
        &self,
        tx: &mut WriteTx,
        (organisation, file): (OrganisationId, FileId),
        chance: &dyn Chance,
    ) -> Result<(NewFileKey, SealedFileKey), VaultError> {
        let data_key = self
            .data_key(tx, organisation, Purpose::Files, chance)
            .await?;
        let (tenant, row) = (organisation.to_string(), file.to_string());
        let key = NewFileKey::new(chance);
        let sealed = key.seal_by(&data_key, &place(&tenant, &row), chance);
        let sealed = SealedFileKey {
            key_id: data_key.id().as_str().to_owned(),
            sealed: sealed.as_bytes().to_vec(),
        };
        Ok((key, sealed))
    }

    /// Opens the key of a file.
    pub(crate) async fn file_key(
        &self,
        tx: &mut ReadTx,
        (organisation, file): (OrganisationId, FileId),
        key: SealedFileKey,
    ) -> Result<FileKey, VaultError> {
        let data_key = store::data_key(tx, &key.key_id)
            .await?
            .ok_or(VaultError::NoKey)?;
        let data_key = self
            .unwrap(KeyOwner::Tenant(organisation), data_key)
            .await?;
        let (tenant, row) = (organisation.to_string(), file.to_string());
        let (by, sealed) = (KeyId::new(key.key_id), Sealed::from_bytes(key.sealed));
        Ok(FileKey::open_by(
            &data_key,
            &by,
            &sealed,
            &place(&tenant, &row),
        )?)
    }
}

/// What a file's key is sealed for.
pub(super) const fn place<'a>(tenant: &'a str, file: &'a str) -> Context<'a> {
    Context {
        tenant,
        table: "broker.files",
        field: "sealed_key",
        row: file,
        version: 1,
    }
}

/// What a file's bytes are sealed for.
pub(crate) const fn content_place<'a>(tenant: &'a str, file: &'a str) -> Context<'a> {
    Context {
        field: "content",
        ..place(tenant, file)
    }
}
