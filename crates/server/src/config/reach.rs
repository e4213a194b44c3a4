use std::net::IpAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use kernel::Secret;
use manifest::{Origin, Scheme};
use url::{Host, Url};

use super::Config;
use super::check::Checker;
use super::error::Problem;

/// What travels over a network: sessions, rows, passwords.
impl Checker {
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

/// Whether it is scheme, host and port alone, of a service that secrets or signed requests may go to: by TLS, or
/// without leaving this machine.
pub(super) fn is_named_origin(text: &str) -> bool {
    let is_here = Url::parse(text).is_ok_and(|url| is_loopback(&url));
    text.parse()
        .is_ok_and(|origin: Origin| origin.scheme() == Scheme::Https || is_here)
}

/// Whether the URL names this machine and no other.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        // RFC 6761 6.3. In a postgres URL an IPv4 address is a name for the URL parser.
        Some(Host::Domain(name)) => {
            name == "localhost"
                || name.ends_with(".localhost")
                || name
                    .parse()
                    .is_ok_and(|address: IpAddr| address.is_loopback())
        }
        None => false,
    }
}
