use std::path::PathBuf;

use super::LogFormat;

/// What the command line may say about the configuration. A flag outranks the file.
///
/// Few on purpose: what a server is, stands in its file. Nothing secret can be said here, since
/// every user of the machine can read a command line.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Configuration")]
pub struct ConfigFlags {
    /// The configuration file [default: /etc/countersign/countersign.toml, if it exists]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where everything is kept [default: $STATE_DIRECTORY, /var/lib/countersign for root,
    /// ~/.local/share/countersign for others]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Where to listen [default: 127.0.0.1:7410]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// Where browsers and clients find this server [default: the listening address]
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// A PostgreSQL server of yours, by the migrator's login, without its password
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// A host that the broker may call though it has a private address; may be repeated, and comes
    /// on top of egress.allow_private
    #[arg(long, value_name = "HOST:PORT")]
    pub allow_private: Vec<String>,
    /// What is worth a log line: error, warn, info, debug, or `warn,web=debug` [default: info]
    #[arg(long, value_name = "FILTER")]
    pub log_level: Option<String>,
    /// The form of log lines [default: text]
    #[arg(long, value_enum, value_name = "FORM")]
    pub log_format: Option<LogFormat>,
}

/// What a command says that only has to find a server. Where `--data-dir` says it, no file is read.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Which server")]
pub struct ServerFlags {
    /// The configuration file that says where; not read where --data-dir does [default:
    /// /etc/countersign/countersign.toml, if it exists]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The data directory that the server runs on [default: as for `countersign up`]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}
