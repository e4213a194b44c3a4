//! The configuration: one TOML file and a few flags, checked as a whole before anything starts.
//!
//! `countersign.example.toml` at the root of the repository documents every key.

mod aws_credentials;
mod check;
mod egress;
mod environment;
mod error;
mod file;
mod files;
mod flags;
mod issuers;
mod load;
mod mail;
mod master_keys;
mod print;
mod reach;
mod secret_file;
mod tls;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use kernel::Secret;
use url::Url;

pub use egress::EgressEntryError;
pub use environment::Environment;
pub use error::{ConfigError, Problem};
pub use files::FilesEntry;
pub use flags::{ConfigFlags, ServerFlags};
pub use issuers::IssuerEntry;
pub use mail::MailConfig;
pub use master_keys::MasterKeyEntry;
pub(crate) use tls::server_config;

/// Where the configuration is looked for when no `--config` says where.
pub const DEFAULT_FILE: &str = "/etc/countersign/countersign.toml";

/// A configuration that holds: every value was parsed and checked.
#[derive(Debug)]
pub struct Config {
    /// The file that it was read from, if there is one.
    pub file: Option<PathBuf>,
    /// Where everything is kept; absolute.
    pub data_dir: PathBuf,
    /// Where the front listens.
    pub listen: SocketAddr,
    /// Where browsers and clients find this server; made of the listening address where not given.
    pub public_url: Option<Url>,
    /// Certificate and key, as files.
    pub tls: Option<TlsFiles>,
    /// A database server of the operator's, by the migrator's login; the embedded one where not given.
    pub database_url: Option<Secret<String>>,
    /// What the broker's door lets through.
    pub egress: EgressLimits,
    /// The file with the master key.
    pub master_key_file: PathBuf,
    /// Where master keys are, the first of which wraps; the file alone where there is none.
    pub master_keys: Vec<MasterKeyEntry>,
    /// Where imported files are.
    pub files: FilesEntry,
    /// A folder with connector manifests besides the built-in ones.
    pub manifests: Option<PathBuf>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How often the controls run by themselves; not at all where nothing.
    pub verify_every: Option<Duration>,
    /// The largest event log that is taken, in bytes.
    pub upload_limit_bytes: u64,
    /// How often each API key may ask, a minute; as often as it likes where nothing.
    pub key_requests_per_minute: Option<NonZeroU32>,
    /// Issuers that people may sign in by.
    pub issuers: Vec<IssuerEntry>,
    /// How mail goes out; not at all where nothing.
    pub mail: Option<MailConfig>,
    /// Whether mails are shown on a page in place of being sent.
    pub development_mailbox: bool,
    /// Which users the processes become when root starts them.
    pub run_as: Option<RunAs>,
    /// How the processes log.
    pub log: LogConfig,
}

/// Certificate and key, as files in PEM form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and its chain.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// What the broker's door lets through.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct EgressLimits {
    /// How long a call may take.
    pub timeout: Duration,
    /// How long an answer may be, in bytes.
    pub max_answer_bytes: u64,
    /// `host:port` that may be reached though it has a private address.
    pub allow_private: Vec<String>,
    /// Where DNS is asked whose a mail domain is: `address:port`; the system's servers where there is none.
    pub name_servers: Vec<String>,
    /// Origins that stand in the place of a manifest's host: for emulators and gateways.
    pub hosts: BTreeMap<String, String>,
}

/// User identifiers of the two processes. They need no line in `/etc/passwd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunAs {
    /// The front's.
    pub front: u32,
    /// The broker's.
    pub broker: u32,
}

/// How the processes log.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LogConfig {
    /// In which form.
    pub format: LogFormat,
    /// What is worth a line: `info`, or `warn,web=debug`.
    pub level: String,
}

/// The form of a log line.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

impl Config {
    /// Reads the file and the flags, and checks all of it.
    pub fn load(flags: &ConfigFlags, environment: &Environment) -> Result<Self, ConfigError> {
        load::load(flags, environment)
    }

    /// Where the server keeps everything, for a command that only has to find it: `--data-dir`, or
    /// what the file says. No other key is checked: a file that was broken since the server started
    /// must not hide the server.
    pub fn data_dir(
        flags: &ServerFlags,
        environment: &Environment,
    ) -> Result<PathBuf, ConfigError> {
        load::only_data_dir(flags, environment)
    }

    /// Where imported files are without a word of it: beside the master key.
    pub(crate) fn usual_files_folder(&self) -> PathBuf {
        let folder = self.master_key_file.parent();
        folder.unwrap_or(Path::new("/")).join("files")
    }

    /// The configuration as a file would say it, secrets left out.
    pub fn to_toml(&self) -> String {
        print::to_toml(self)
    }
}

#[cfg(test)]
mod tests;
