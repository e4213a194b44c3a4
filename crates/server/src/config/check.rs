use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use kernel::Secret;
use url::{Host, Url};

use super::error::{ConfigError, Problem};
use super::file::{EgressSection, RunAsSection, TlsSection};
use super::{Config, EgressLimits, RunAs, TlsFiles, tls};

const DEFAULT_PORT: u16 = 7410;
const DEFAULT_EGRESS_TIMEOUT_SECONDS: u64 = 30;
const DEFAULT_MAX_ANSWER_BYTES: u64 = 5 * 1024 * 1024;
/// The broker's socket carries answers of up to this.
const LARGEST_MAX_ANSWER_BYTES: u64 = 10 * 1024 * 1024;
const DEFAULT_VERIFY_SECONDS: u64 = 300;
const DEFAULT_UPLOAD_LIMIT_BYTES: u64 = 1024 * 1024 * 1024;

/// Checks values one by one, and keeps all problems: whoever writes a configuration wants them at
/// once.
#[derive(Debug, Default)]
pub(super) struct Checker {
    problems: Vec<Problem>,
}

impl Checker {
    pub(super) fn add(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    pub(super) fn finish(self, config: Config) -> Result<Config, ConfigError> {
        if self.problems.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError::Problems(self.problems))
        }
    }

    pub(super) fn listen(&mut self, text: Option<&str>) -> SocketAddr {
        let default = SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_PORT));
        let Some(text) = text else { return default };
        text.parse().unwrap_or_else(|_| {
            self.add(Problem::new(
                "server.listen",
                "listen",
                format!("`{text}` is no address and port"),
                "write an IP address and a port: 127.0.0.1:7410, or [::1]:7410",
            ));
            default
        })
    }

    pub(super) fn public_url(&mut self, text: Option<&str>) -> Option<Url> {
        let text = text?;
        let url = Url::parse(text).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.path() == "/"
                && url.query().is_none()
                && url.fragment().is_none()
        });
        if url.is_none() {
            self.add(Problem::new(
                "server.public_url",
                "public_url",
                format!("`{text}` is no address of a server"),
                "write scheme and host, and the port where it is not the usual one: \
                 https://countersign.example.com",
            ));
        }
        url
    }

    pub(super) fn tls(&mut self, section: Option<TlsSection>) -> Option<TlsFiles> {
        let TlsSection { certificate, key } = section?;
        let files = TlsFiles { certificate, key };
        if let Err(problem) = tls::check(&files) {
            self.add(problem);
        }
        Some(files)
    }

    pub(super) fn egress(&mut self, section: EgressSection) -> EgressLimits {
        let seconds = section
            .timeout_seconds
            .unwrap_or(DEFAULT_EGRESS_TIMEOUT_SECONDS);
        if !(1..=60).contains(&seconds) {
            self.add(Problem::new(
                "server.egress_timeout",
                "egress.timeout_seconds",
                format!("{seconds} seconds is out of range"),
                "write 1 to 60",
            ));
        }
        let max_answer_bytes = section.max_answer_bytes.unwrap_or(DEFAULT_MAX_ANSWER_BYTES);
        if !(1024..=LARGEST_MAX_ANSWER_BYTES).contains(&max_answer_bytes) {
            self.add(Problem::new(
                "server.egress_answer",
                "egress.max_answer_bytes",
                format!("{max_answer_bytes} bytes is out of range"),
                format!("write 1024 to {LARGEST_MAX_ANSWER_BYTES}"),
            ));
        }
        let limits = EgressLimits {
            timeout: Duration::from_secs(seconds),
            max_answer_bytes,
            allow_private: section.allow_private,
            hosts: section.hosts,
        };
        if let Err(error) = limits.policy() {
            self.add(Problem::new(
                "server.egress_host",
                error.key,
                format!("`{}` is {}", error.text, error.source),
                error.todo,
            ));
        }
        limits
    }

    pub(super) fn manifests(&mut self, folder: Option<PathBuf>) -> Option<PathBuf> {
        let folder = folder?;
        if let Err(error) = std::fs::read_dir(&folder) {
            self.add(Problem::new(
                "server.manifests",
                "manifests",
                format!("the folder {} cannot be read: {error}", folder.display()),
                "make the folder, or remove the key",
            ));
        }
        Some(std::path::absolute(&folder).unwrap_or(folder))
    }

    pub(super) fn trusted_proxies(&mut self, texts: &[String]) -> Vec<IpNet> {
        let mut networks = Vec::new();
        for text in texts {
            let network = text
                .parse()
                .or_else(|_| text.parse().map(|ip: std::net::IpAddr| ip.into()));
            match network {
                Ok(network) => networks.push(network),
                Err(_) => self.add(Problem::new(
                    "server.trusted_proxies",
                    "trusted_proxies",
                    format!("`{text}` is neither an address nor a network"),
                    "write 10.0.0.7, or 10.0.0.0/24",
                )),
            }
        }
        networks
    }

    pub(super) fn verify_every(&mut self, seconds: Option<u64>) -> Option<Duration> {
        let seconds = seconds.unwrap_or(DEFAULT_VERIFY_SECONDS);
        if seconds == 0 {
            return None;
        }
        if !(10..=86_400).contains(&seconds) {
            self.add(Problem::new(
                "server.verify_every",
                "verify_every_seconds",
                format!("{seconds} seconds is out of range"),
                "write 10 to 86400, or 0 for never",
            ));
        }
        Some(Duration::from_secs(seconds))
    }

    pub(super) fn upload_limit(&mut self, bytes: Option<u64>) -> u64 {
        let bytes = bytes.unwrap_or(DEFAULT_UPLOAD_LIMIT_BYTES);
        if bytes == 0 {
            self.add(Problem::new(
                "server.upload_limit",
                "upload_limit_bytes",
                "nothing could be imported",
                "write the size of the largest log that is to be taken, in bytes",
            ));
        }
        bytes
    }

    pub(super) fn run_as(&mut self, section: Option<RunAsSection>) -> Option<RunAs> {
        let RunAsSection { front, broker } = section?;
        if front == 0 || broker == 0 || front == broker {
            self.add(Problem::new(
                "server.run_as",
                "run_as",
                "the front and the broker are kept apart by being two unprivileged users",
                "write two different user identifiers, neither of them 0",
            ));
        }
        Some(RunAs { front, broker })
    }

    pub(super) fn log_level(&mut self, level: Option<String>) -> String {
        let level = level.unwrap_or_else(|| "info".to_owned());
        if let Err(error) = tracing_subscriber::EnvFilter::builder().parse(&level) {
            self.add(Problem::new(
                "server.log_level",
                "log.level",
                format!("`{level}` is no filter: {error}"),
                "write error, warn, info, debug or trace, or a list such as warn,web=debug",
            ));
        }
        level
    }

    /// What follows from several values: plain HTTP never leaves the machine.
    pub(super) fn reachability(&mut self, config: &Config) {
        if config.tls.is_none() && !config.listen.ip().is_loopback() {
            self.add(Problem::new(
                "server.tls_required",
                "listen",
                format!(
                    "{} can be reached from other machines, and there is no TLS",
                    config.listen
                ),
                "name a certificate and its key in [tls], or listen on 127.0.0.1 behind a proxy \
                 that speaks TLS",
            ));
        }
        let Some(url) = &config.public_url else {
            if config.listen.ip().is_unspecified() {
                self.add(Problem::new(
                    "server.public_url",
                    "public_url",
                    format!(
                        "{} is no address that a browser could go to",
                        config.listen.ip()
                    ),
                    "write the address that people use: https://countersign.example.com",
                ));
            }
            return;
        };
        if url.scheme() == "http" && !is_loopback(url) {
            self.add(Problem::new(
                "server.tls_required",
                "public_url",
                format!("{url} would carry sessions in plain text"),
                "write an https address, and name a certificate in [tls] or put a proxy that \
                 speaks TLS in front",
            ));
        }
        if url.scheme() == "http" && config.tls.is_some() {
            self.add(Problem::new(
                "server.public_url",
                "public_url",
                format!("{url} is plain HTTP, and [tls] is set"),
                "write https",
            ));
        }
    }

    pub(super) fn no_password_in_flag(&mut self, text: &str) {
        if holds_password(text) {
            self.add(Problem::new(
                "server.password_on_command_line",
                "--database-url",
                "every user of this machine can read a command line",
                "move the URL to database_url in the configuration file",
            ));
        }
    }

    pub(super) fn file_keeps_password(&mut self, url: &str, path: &Path) {
        let mode = std::fs::metadata(path).map_or(0, |found| found.mode() & 0o777);
        if holds_password(url) && mode & 0o077 != 0 {
            self.add(Problem::new(
                "server.config_open",
                "database_url",
                format!(
                    "{} holds a password and can be read by others (mode {mode:o})",
                    path.display()
                ),
                format!("chmod 600 {}", path.display()),
            ));
        }
    }

    pub(super) fn database_url(&mut self, text: Option<String>) -> Option<Secret<String>> {
        let text = text?;
        match Url::parse(&text) {
            Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") => {
                self.database_reached_safely(&url);
            }
            // Without the text: it may hold a password.
            _ => self.add(Problem::new(
                "server.database_url",
                "database_url",
                "the text is no URL of a PostgreSQL database",
                "write postgres://countersign_migrator:PASSWORD@HOST:5432/countersign?sslmode=verify-full",
            )),
        }
        Some(Secret::new(text))
    }

    /// A password and everybody's rows travel there.
    fn database_reached_safely(&mut self, url: &Url) {
        let parameter = |name: &str| {
            url.query_pairs()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        let on_socket = url
            .host_str()
            .is_none_or(|host| host.is_empty() || host.starts_with("%2F"))
            || parameter("host").is_some_and(|host| host.starts_with('/'));
        let mode = parameter("sslmode").unwrap_or_default();
        if !on_socket && !is_loopback(url) && mode != "verify-full" && mode != "verify-ca" {
            self.add(Problem::new(
                "server.database_tls_required",
                "database_url",
                "the database is on another machine, and its certificate would not be checked",
                "add ?sslmode=verify-full, and sslrootcert=FILE where its certificate is of your own authority",
            ));
        }
    }
}

fn holds_password(text: &str) -> bool {
    // A text that is no URL is treated as if it held one.
    Url::parse(text).map_or(true, |url| {
        url.password().is_some() || url.query_pairs().any(|(key, _)| key == "password")
    })
}

/// Whether the URL names this machine and no other.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        // RFC 6761 6.3
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
