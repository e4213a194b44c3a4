use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

use super::error::{ConfigError, Problem};
use super::file::{EgressSection, RunAsSection, TlsSection};
use super::{EgressLimits, RunAs, TlsFiles, tls};

const DEFAULT_PORT: u16 = 7410;
const DEFAULT_EGRESS_TIMEOUT_SECONDS: u64 = 30;
const DEFAULT_MAX_ANSWER_BYTES: u64 = 5 * 1024 * 1024;
/// The broker's socket carries answers of up to this.
const LARGEST_MAX_ANSWER_BYTES: u64 = 10 * 1024 * 1024;
const DEFAULT_VERIFY_SECONDS: u64 = 300;
const MOST_KEY_REQUESTS_PER_MINUTE: u32 = 60_000;
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

    pub(super) fn finish<T>(self, config: T) -> Result<T, ConfigError> {
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
            name_servers: section.name_servers,
            hosts: section.hosts,
        };
        if let Err(error) = limits.policy().map(drop).and(limits.dns().map(drop)) {
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

    pub(super) fn key_requests(&mut self, a_minute: Option<u32>) -> Option<NonZeroU32> {
        let a_minute = a_minute.unwrap_or(web::KEY_REQUESTS_PER_MINUTE);
        if a_minute > MOST_KEY_REQUESTS_PER_MINUTE {
            self.add(Problem::new(
                "server.key_requests",
                "key_requests_per_minute",
                format!("{a_minute} requests a minute is out of range"),
                "write 1 to 60000, or 0 for no limit",
            ));
        }
        NonZeroU32::new(a_minute)
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
}
