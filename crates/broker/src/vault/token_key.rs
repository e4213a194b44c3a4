use crypto::access_token::SigningKey;
use crypto::{Context, KeyId, Sealed};
use db::WriteTx;
use kernel::{AuditEntry, Chance, Secret};

use super::{Vault, VaultError};
use crate::store::{self, NewTokenKey, TokenKeyRow};

/// What a key is sealed for.
pub(super) fn place(kid: &str) -> Context<'_> {
    Context {
        tenant: "server",
        table: "broker.token_keys",
        field: "sealed",
        row: kid,
        version: 1,
    }
}

impl Vault {
    /// The key that signs access tokens now, and what the audit log is to tell of a new one.
    ///
    /// A key signs for 90 days. Its successor is made a week before that, so that whoever keeps our
    /// published keys has it by the time it signs; it stays published until its last token is over.
    pub(crate) async fn token_key(
        &self,
        tx: &mut WriteTx,
        chance: &dyn Chance,
    ) -> Result<(SigningKey, Vec<AuditEntry>), VaultError> {
        let mut entries = Vec::new();
        let mut keys = store::token_keys(tx).await?;
        if needs_another(&keys) {
            // One of many brokers makes it.
            store::lock_token_keys(tx).await?;
            if needs_another(&store::token_keys(tx).await?) {
                entries.push(self.make_token_key(tx, chance).await?);
            }
            keys = store::token_keys(tx).await?;
        }
        // The oldest that still signs.
        let key = keys.into_iter().next().ok_or(VaultError::NoKey)?;
        let server_key = self.server_key_named(tx, &key.key_id).await?;
        let (key_id, sealed) = (KeyId::new(key.key_id), Sealed::from_bytes(key.sealed));
        let seed = server_key.open(&key_id, &sealed, &place(&key.kid))?;
        Ok((parse(seed.expose())?, entries))
    }

    async fn make_token_key(
        &self,
        tx: &mut WriteTx,
        chance: &dyn Chance,
    ) -> Result<AuditEntry, VaultError> {
        let mut bytes = [0_u8; 32];
        chance.fill(&mut bytes);
        let seed = Secret::new(bytes);
        let key = SigningKey::from_seed(&seed).map_err(|_| VaultError::NoKey)?;
        let kid = key.public().kid();
        let server_key = self.server_key(tx, chance).await?;
        let sealed = server_key.seal(seed.expose(), &place(kid), chance);
        let row = NewTokenKey {
            kid,
            public: key.public().as_bytes(),
            key_id: server_key.id().as_str(),
            sealed: sealed.as_bytes(),
        };
        store::insert_token_key(tx, row).await?;
        Ok(AuditEntry::about("broker.token_key_made", kid))
    }
}

fn needs_another(keys: &[TokenKeyRow]) -> bool {
    keys.len() < 2 && keys.iter().all(|key| key.ends_soon)
}

fn parse(seed: &[u8]) -> Result<SigningKey, VaultError> {
    let seed: [u8; 32] = seed.try_into().map_err(|_| VaultError::NoKey)?;
    SigningKey::from_seed(&Secret::new(seed)).map_err(|_| VaultError::NoKey)
}
