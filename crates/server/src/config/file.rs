use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use mail::smtp::TlsMode;

use super::{FilesEntry, LogFormat, MasterKeyEntry};

/// The file as it is written. A key that is not here is refused with its line: a mistyped key must
/// not silently leave a server with a default.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileConfig {
    pub(super) data_dir: Option<PathBuf>,
    pub(super) listen: Option<String>,
    pub(super) public_url: Option<String>,
    pub(super) database_url: Option<String>,
    pub(super) master_key_file: Option<PathBuf>,
    pub(super) manifests: Option<PathBuf>,
    #[serde(default)]
    pub(super) trusted_proxies: Vec<String>,
    pub(super) verify_every_seconds: Option<u64>,
    pub(super) upload_limit_bytes: Option<u64>,
    pub(super) key_requests_per_minute: Option<u32>,
    pub(super) tls: Option<TlsSection>,
    #[serde(default)]
    pub(super) egress: EgressSection,
    #[serde(default)]
    pub(super) issuers: Vec<IssuerSection>,
    #[serde(default)]
    pub(super) master_keys: Vec<MasterKeyEntry>,
    #[serde(default)]
    pub(super) files: FilesEntry,
    pub(super) mail: Option<MailSection>,
    pub(super) development_mailbox: Option<bool>,
    pub(super) run_as: Option<RunAsSection>,
    #[serde(default)]
    pub(super) log: LogSection,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TlsSection {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EgressSection {
    pub(super) timeout_seconds: Option<u64>,
    pub(super) max_answer_bytes: Option<u64>,
    #[serde(default)]
    pub(super) allow_private: Vec<String>,
    #[serde(default)]
    pub(super) name_servers: Vec<String>,
    #[serde(default)]
    pub(super) hosts: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IssuerSection {
    pub(super) kind: IssuerWord,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) issuer: Option<String>,
    pub(super) client_id: String,
    pub(super) client_secret_file: Option<PathBuf>,
    #[serde(default)]
    pub(super) domains: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum IssuerWord {
    Google,
    GitHub,
    Dropbox,
    Oidc,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailSection {
    pub(super) host: String,
    pub(super) port: Option<u16>,
    pub(super) tls: Option<TlsMode>,
    pub(super) username: Option<String>,
    pub(super) password_file: Option<PathBuf>,
    pub(super) from: String,
    pub(super) from_name: Option<String>,
    pub(super) ca_file: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RunAsSection {
    pub(super) front: u32,
    pub(super) broker: u32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LogSection {
    pub(super) format: Option<LogFormat>,
    pub(super) level: Option<String>,
}
