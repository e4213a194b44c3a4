use broker::vault::{
    AwsConfig, GcpConfig, KeeperConfig, MasterKeyConfig, ServiceConfig, TransitConfig, TransitLogin,
};
use crypto::service_account::{ServiceAccount, ServiceAccountError};
use kernel::Secret;
use manifest::OriginError;
use serde::{Deserialize, Serialize};

use super::Sensitive;

/// Where a master key is, with the content of the files that the configuration names.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MasterKeyBoot {
    /// In the master key file.
    File,
    /// With a key management service.
    Keeper(Box<KeeperBoot>),
}

/// A key management service, and how the broker shows it who it is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeeperBoot {
    pub(crate) address: String,
    /// In PEM form.
    pub(crate) authorities: Option<String>,
    pub(crate) service: ServiceBoot,
}

/// The service and the key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ServiceBoot {
    /// Vault or OpenBao.
    Transit {
        mount: String,
        key: String,
        namespace: Option<String>,
        token: Option<Sensitive>,
        /// Where the method is mounted, the role, and what proves it.
        role: Option<(String, String, Sensitive)>,
    },
    /// AWS KMS.
    Aws {
        arn: String,
        region: String,
        access_key_id: String,
        secret_access_key: Sensitive,
        session_token: Option<Sensitive>,
    },
    /// Google Cloud KMS.
    Gcp {
        key: String,
        /// The JSON key file of a service account.
        account: Sensitive,
    },
}

/// What was told is no way to a key management service.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeeperBootError {
    #[error(transparent)]
    Address(#[from] OriginError),
    #[error("the authorities are no certificates in PEM form")]
    Authorities(#[source] mail::smtp::TlsSetUpError),
    #[error(transparent)]
    Account(#[from] ServiceAccountError),
    #[error("there is nothing to log in by")]
    NoLogin,
}

impl MasterKeyBoot {
    /// What the broker knows it by.
    pub(crate) fn config(
        &self,
        file: &std::path::Path,
    ) -> Result<MasterKeyConfig, KeeperBootError> {
        Ok(match self {
            Self::File => MasterKeyConfig::File(file.to_owned()),
            Self::Keeper(keeper) => MasterKeyConfig::Keeper(keeper.config()?),
        })
    }

    /// What no other may be called.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File => "the master key file".to_owned(),
            Self::Keeper(keeper) => match &keeper.service {
                ServiceBoot::Transit { mount, key, .. } => format!("{mount}/{key}"),
                ServiceBoot::Gcp { key, .. } => key.clone(),
                ServiceBoot::Aws { arn, .. } => arn.clone(),
            },
        }
    }
}

impl KeeperBoot {
    /// What the broker asks it by.
    pub(crate) fn config(&self) -> Result<KeeperConfig, KeeperBootError> {
        let authorities = self.authorities.as_ref();
        let authorities = authorities
            .map(|pem| mail::smtp::read_authorities(pem.as_bytes()))
            .transpose()
            .map_err(KeeperBootError::Authorities)?;
        Ok(KeeperConfig {
            origin: self.address.parse()?,
            authorities: authorities.unwrap_or_default(),
            service: self.service.config()?,
        })
    }
}

impl ServiceBoot {
    fn config(&self) -> Result<ServiceConfig, KeeperBootError> {
        Ok(match self {
            Self::Transit {
                mount,
                key,
                namespace,
                token,
                role,
            } => ServiceConfig::Transit(TransitConfig {
                mount: mount.clone(),
                key: key.clone(),
                namespace: namespace.clone(),
                login: match (token, role) {
                    (Some(token), _) => TransitLogin::Token(secret(token)),
                    (None, Some((mount, role_id, secret_id))) => TransitLogin::AppRole {
                        mount: mount.clone(),
                        role_id: role_id.clone(),
                        secret_id: secret(secret_id),
                    },
                    (None, None) => return Err(KeeperBootError::NoLogin),
                },
            }),
            Self::Aws {
                arn,
                region,
                access_key_id,
                secret_access_key,
                session_token,
            } => ServiceConfig::Aws(AwsConfig {
                arn: arn.clone(),
                region: region.clone(),
                access_key_id: access_key_id.clone(),
                secret_access_key: secret(secret_access_key),
                session_token: session_token.as_ref().map(secret),
            }),
            Self::Gcp { key, account } => ServiceConfig::Gcp(GcpConfig {
                key: key.clone(),
                account: ServiceAccount::read(&secret(account))?,
            }),
        })
    }
}

fn secret(text: &Sensitive) -> Secret<String> {
    Secret::new(text.expose().to_owned())
}
