use kernel::Secret;
use manifest::Origin;
use rustls::pki_types::CertificateDer;

/// Which key of which key management service.
#[derive(Debug)]
pub struct KeeperConfig {
    /// Where it is reached.
    pub origin: Origin,
    /// Certificate authorities beside the system's.
    pub authorities: Vec<CertificateDer<'static>>,
    /// The service and the key.
    pub service: ServiceConfig,
}

/// The service and the key.
#[derive(Debug)]
pub enum ServiceConfig {
    /// Vault or OpenBao, its transit engine.
    Transit(TransitConfig),
    /// AWS KMS.
    Aws(AwsConfig),
    /// Google Cloud KMS.
    Gcp(GcpConfig),
}

/// A key of the transit engine.
#[derive(Debug)]
pub struct TransitConfig {
    /// Where the engine is mounted.
    pub mount: String,
    /// The key's name.
    pub key: String,
    /// The namespace, where there are any.
    pub namespace: Option<String>,
    /// How the broker shows who it is.
    pub login: TransitLogin,
}

/// How the broker shows a Vault who it is.
#[derive(Debug)]
pub enum TransitLogin {
    /// By a token, which somebody else renews.
    Token(Secret<String>),
    /// By an AppRole, whose tokens it takes as it needs them.
    AppRole {
        /// Where the method is mounted.
        mount: String,
        /// The role.
        role_id: String,
        /// What proves it.
        secret_id: Secret<String>,
    },
}

/// A key of AWS KMS, and an access key that may use it.
#[derive(Debug)]
pub struct AwsConfig {
    /// The key's ARN. An alias could come to mean another key.
    pub arn: String,
    /// The region of the ARN.
    pub region: String,
    /// The identifier of the access key.
    pub access_key_id: String,
    /// The access key.
    pub secret_access_key: Secret<String>,
    /// What goes with temporary ones.
    pub session_token: Option<Secret<String>>,
}

/// A key of Google Cloud KMS, and a service account that may use it.
#[derive(Debug)]
pub struct GcpConfig {
    /// `projects/P/locations/L/keyRings/R/cryptoKeys/K`
    pub key: String,
    /// The account and its key.
    pub account: crypto::service_account::ServiceAccount,
}

impl KeeperConfig {
    /// The service's word and the key's name there: what the names of data keys' wrapping keys begin with.
    pub fn name(&self) -> String {
        match &self.service {
            ServiceConfig::Transit(it) => format!("transit:{}/{}", it.mount, it.key),
            ServiceConfig::Aws(it) => format!("aws:{}", it.arn),
            ServiceConfig::Gcp(it) => format!("gcp:{}", it.key),
        }
    }
}
