use crypto::DataKey;
use db::WriteTx;
use kernel::Chance;
use sqlx::postgres::PgConnection;

use super::Vault;
use super::data_key::{KeyOwner, VaultError};
use crate::store;

impl Vault {
    /// The data key that seals the server's own secrets, made on first use.
    pub(crate) async fn server_key(
        &self,
        tx: &mut WriteTx,
        chance: &dyn Chance,
    ) -> Result<DataKey, VaultError> {
        if let Some(row) = store::sealing_server_key(tx).await? {
            return Ok(self.unwrap(KeyOwner::Server, row).await?);
        }
        let row = self.new_key(tx, KeyOwner::Server, chance).await?;
        // Somebody may have been faster: what stands in the table is the key.
        store::insert_server_key(tx, &row).await?;
        let row = store::sealing_server_key(tx)
            .await?
            .ok_or(VaultError::NoKey)?;
        Ok(self.unwrap(KeyOwner::Server, row).await?)
    }

    /// The one of that name, to open what it sealed.
    pub(crate) async fn server_key_named(
        &self,
        tx: &mut PgConnection,
        id: &str,
    ) -> Result<DataKey, VaultError> {
        let row = store::server_key(tx, id).await?.ok_or(VaultError::NoKey)?;
        Ok(self.unwrap(KeyOwner::Server, row).await?)
    }
}
