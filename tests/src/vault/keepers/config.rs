//! Master keys with the services of the tests, as a configuration gives them.

use std::path::Path;

use broker::vault::{
    AwsConfig, GcpConfig, KeeperConfig, MasterKeyConfig, ServiceConfig, TransitConfig, TransitLogin,
};
use crypto::service_account::ServiceAccount;
use kernel::Secret;
use testkit::app::MasterKeys;

use super::moto::Moto;
use super::server::{self, KeyServer};

pub(crate) fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

pub(crate) fn transit(server: &KeyServer, key: &str) -> MasterKeyConfig {
    transit_by(server, key, TransitLogin::Token(secret(server::TOKEN)))
}

pub(crate) fn transit_by(server: &KeyServer, key: &str, login: TransitLogin) -> MasterKeyConfig {
    let service = ServiceConfig::Transit(TransitConfig {
        mount: "transit".to_owned(),
        key: key.to_owned(),
        namespace: Some(server::NAMESPACE.to_owned()),
        login,
    });
    at(&server.url, service)
}

pub(crate) fn gcp(server: &KeyServer, key: &str) -> MasterKeyConfig {
    let service = ServiceConfig::Gcp(GcpConfig {
        key: format!("{}{key}", server::GCP_KEY),
        account: ServiceAccount::read(&secret(&server.account)).unwrap(),
    });
    at(&server.url, service)
}

pub(crate) fn aws(moto: &Moto, key: &str) -> MasterKeyConfig {
    aws_by(moto, key, &moto.secret)
}

pub(crate) fn aws_by(moto: &Moto, key: &str, access_key: &str) -> MasterKeyConfig {
    let service = ServiceConfig::Aws(AwsConfig {
        arn: moto.arn(key),
        region: "eu-central-1".to_owned(),
        access_key_id: moto.id.clone(),
        secret_access_key: secret(access_key),
        session_token: None,
    });
    at(moto.url(), service)
}

pub(crate) fn at(url: &str, service: ServiceConfig) -> MasterKeyConfig {
    MasterKeyConfig::Keeper(KeeperConfig {
        origin: url.parse().unwrap(),
        authorities: Vec::new(),
        service,
    })
}

/// One of them alone.
pub(crate) fn alone(config: impl Fn() -> MasterKeyConfig + Send + Sync + 'static) -> MasterKeys {
    MasterKeys::new(move |_: &Path| vec![config()])
}
