use crypto::{Context, KeyId, Sealed};
use db::WriteTx;
use kernel::{Chance, OrganisationId, Secret};
use uuid::Uuid;

use super::Vault;
use super::data_key::{KeyOwner, Purpose, VaultError};
use crate::store;

/// Which secret of an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    ClientSecret,
    AccessToken,
    RefreshToken,
    PkceVerifier,
    ApiKey,
    Basic,
    BotToken,
    Mail,
    /// The key of an app, which no call is made with.
    AppKey,
    InstallationToken,
}

impl Field {
    /// The field of a stored row.
    pub(super) fn parse(text: &str) -> Option<Self> {
        [
            Self::ClientSecret,
            Self::AccessToken,
            Self::RefreshToken,
            Self::PkceVerifier,
            Self::ApiKey,
            Self::Basic,
            Self::BotToken,
            Self::Mail,
            Self::AppKey,
            Self::InstallationToken,
        ]
        .into_iter()
        .find(|field| field.as_str() == text)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecret => "client_secret",
            Self::AccessToken => "access_token",
            Self::RefreshToken => "refresh_token",
            Self::PkceVerifier => "pkce_verifier",
            Self::ApiKey => "api_key",
            Self::Basic => "basic",
            Self::BotToken => "bot_token",
            Self::Mail => "mail",
            Self::AppKey => "app_key",
            Self::InstallationToken => "installation_token",
        }
    }
}

impl Vault {
    /// Seals `value` as the newest version of the owner's field.
    pub(crate) async fn put(
        &self,
        tx: &mut WriteTx,
        (organisation, owner): (OrganisationId, Uuid),
        field: Field,
        value: &Secret<String>,
        chance: &dyn Chance,
    ) -> Result<(), VaultError> {
        let key = self
            .data_key(tx, organisation, Purpose::IntegrationTokens, chance)
            .await?;
        let version = store::secret_version(tx, owner, field.as_str())
            .await?
            .unwrap_or(0)
            + 1;
        let (tenant, row) = (organisation.to_string(), owner.to_string());
        let place = place(&tenant, &row, field, version);
        let sealed = key.seal(value.expose().as_bytes(), &place, chance);
        let new = store::SecretRow {
            version,
            key_id: key.id().as_str().to_owned(),
            sealed: sealed.as_bytes().to_vec(),
        };
        store::put_secret(tx, organisation, owner, field.as_str(), &new).await?;
        Ok(())
    }

    /// Opens the owner's field, for the call at hand.
    pub(crate) async fn get(
        &self,
        tx: &mut db::ReadTx,
        (organisation, owner): (OrganisationId, Uuid),
        field: Field,
    ) -> Result<Option<Secret<String>>, VaultError> {
        let Some((secret, key)) = store::secret(tx, owner, field.as_str()).await? else {
            return Ok(None);
        };
        let opened = self.open((organisation, owner), field, secret, key).await?;
        Ok(Some(opened))
    }

    /// Opens what stands in the owner's field.
    pub(crate) async fn open(
        &self,
        (organisation, owner): (OrganisationId, Uuid),
        field: Field,
        secret: store::SecretRow,
        key: store::DataKeyRow,
    ) -> Result<Secret<String>, VaultError> {
        let key = self.unwrap(KeyOwner::Tenant(organisation), key).await?;
        let (tenant, row) = (organisation.to_string(), owner.to_string());
        let opened = key.open(
            &KeyId::new(secret.key_id),
            &Sealed::from_bytes(secret.sealed),
            &place(&tenant, &row, field, secret.version),
        )?;
        let text = std::str::from_utf8(opened.expose()).map_err(|_| VaultError::NotText)?;
        Ok(Secret::new(text.to_owned()))
    }
}

pub(crate) fn place<'a>(tenant: &'a str, row: &'a str, field: Field, version: i32) -> Context<'a> {
    Context {
        tenant,
        table: "broker.secrets",
        field: field.as_str(),
        row,
        version,
    }
}
