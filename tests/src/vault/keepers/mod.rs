//! VA-02: the same holds wherever the master key is: in a file, with Vault or OpenBao, AWS KMS or Google Cloud KMS.
//!
//! AWS KMS is moto, which is not ours and checks signatures. The others are asked as their documentation says.

mod failures;
mod moto;
pub(crate) mod server;
mod suite;

use std::path::Path;
use std::sync::Arc;

use broker::egress::{Lookup, SystemLookup};
use broker::vault::{
    AwsConfig, GcpConfig, KeeperConfig, Kek, KekSetUpError, MasterKeyConfig, ServiceConfig,
    TransitConfig, TransitLogin,
};
use crypto::service_account::ServiceAccount;
use kernel::{Clock, Secret, SystemClock, SystemRng};
use testkit::app::MasterKeys;

use moto::Moto;
use server::KeyServer;

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

pub(crate) fn transit(server: &KeyServer, key: &str) -> MasterKeyConfig {
    transit_by(server, key, TransitLogin::Token(secret(server::TOKEN)))
}

fn transit_by(server: &KeyServer, key: &str, login: TransitLogin) -> MasterKeyConfig {
    let service = ServiceConfig::Transit(TransitConfig {
        mount: "transit".to_owned(),
        key: key.to_owned(),
        namespace: Some(server::NAMESPACE.to_owned()),
        login,
    });
    at(&server.url, service)
}

fn gcp(server: &KeyServer, key: &str) -> MasterKeyConfig {
    let service = ServiceConfig::Gcp(GcpConfig {
        key: format!("{}{key}", server::GCP_KEY),
        account: ServiceAccount::read(&secret(&server.account)).unwrap(),
    });
    at(&server.url, service)
}

fn aws(moto: &Moto, key: &str) -> MasterKeyConfig {
    aws_by(moto, key, &moto.secret)
}

fn aws_by(moto: &Moto, key: &str, access_key: &str) -> MasterKeyConfig {
    let service = ServiceConfig::Aws(AwsConfig {
        arn: moto.arn(key),
        region: "eu-central-1".to_owned(),
        access_key_id: moto.id.clone(),
        secret_access_key: secret(access_key),
        session_token: None,
    });
    at(moto.url(), service)
}

fn at(url: &str, service: ServiceConfig) -> MasterKeyConfig {
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

/// What a start makes of it.
async fn started(config: MasterKeyConfig, in_use: &[String]) -> Result<(), KekSetUpError> {
    let (clock, lookup): (Arc<dyn Clock>, Arc<dyn Lookup>) =
        (Arc::new(SystemClock), Arc::new(SystemLookup));
    let kek = Kek::new(vec![config], in_use, (&clock, &lookup, &SystemRng))?;
    kek.check(&SystemRng).await
}
