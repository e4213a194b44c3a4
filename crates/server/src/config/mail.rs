use std::net::SocketAddr;
use std::path::PathBuf;

use kernel::Secret;
use mail::MailAddress;
use mail::smtp::{TlsMode, read_authorities};
use url::{Host, Url};

use super::check::Checker;
use super::error::Problem;
use super::file::MailSection;
use super::reach::is_loopback;
use super::secret_file::read_secret_file;

/// How mail goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailConfig {
    /// The mail server, as in its certificate.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How a connection becomes encrypted.
    pub tls: TlsMode,
    /// The name at the server, where it asks for one.
    pub username: Option<String>,
    /// The file with the password that goes with it.
    pub password_file: Option<PathBuf>,
    /// The address that mail comes from.
    pub from: String,
    /// The name beside it.
    pub from_name: String,
    /// Authorities in place of the system's, in PEM form.
    pub ca_file: Option<PathBuf>,
}

const SUBMISSION_PORT: u16 = 587;
const SUBMISSIONS_PORT: u16 = 465;

impl MailConfig {
    /// The password in its file.
    pub(crate) fn password(&self) -> Option<Result<Secret<String>, String>> {
        self.password_file.as_deref().map(read_secret_file)
    }
}

impl Checker {
    pub(super) fn mail(&mut self, section: Option<MailSection>) -> Option<MailConfig> {
        let section = section?;
        let tls = section.tls.unwrap_or(TlsMode::StartTls);
        let usual = match tls {
            TlsMode::StartTls => SUBMISSION_PORT,
            TlsMode::Implicit => SUBMISSIONS_PORT,
        };
        let config = MailConfig {
            port: section.port.unwrap_or(usual),
            tls,
            host: section.host,
            username: section.username,
            password_file: section.password_file,
            from: section.from,
            from_name: section
                .from_name
                .unwrap_or_else(|| "Countersign".to_owned()),
            ca_file: section.ca_file,
        };
        self.mail_server(&config);
        self.mail_sender(&config);
        self.mail_login(&config);
        Some(config)
    }

    fn mail_server(&mut self, config: &MailConfig) {
        let host = config.host.trim_matches(['[', ']']);
        if host != config.host && host.parse::<std::net::Ipv6Addr>().is_ok()
            || Host::parse(&config.host).is_err()
            || config.port == 0
        {
            self.add(Problem::new(
                "server.mail_host",
                "mail.host",
                format!("`{}` with port {} is no mail server", config.host, config.port),
                "write its name as in its certificate, and the port beside it: host = \"smtp.example.com\", port = 587",
            ));
        }
        let Some(path) = &config.ca_file else { return };
        let read = std::fs::read(path).map_err(|error| error.to_string());
        if let Err(why) =
            read.and_then(|pem| read_authorities(&pem).map_err(|error| error.to_string()))
        {
            self.add(Problem::new(
                "server.mail_ca",
                "mail.ca_file",
                format!("{} cannot be used: {why}", path.display()),
                "name a file of certificates in PEM form, or remove the key to use the system's",
            ));
        }
    }

    fn mail_sender(&mut self, config: &MailConfig) {
        if MailAddress::parse(&config.from).is_err() {
            self.add(Problem::new(
                "server.mail_from",
                "mail.from",
                format!("`{}` is no address", config.from),
                "write the address that mail comes from: countersign@example.com",
            ));
        }
        let name = &config.from_name;
        if name.chars().any(char::is_control) || name.chars().count() > 100 {
            self.add(Problem::new(
                "server.mail_from",
                "mail.from_name",
                "the name is not one short line",
                "write at most 100 ordinary characters",
            ));
        }
    }

    fn mail_login(&mut self, config: &MailConfig) {
        if config.username.is_some() != config.password_file.is_some() {
            self.add(Problem::new(
                "server.mail_login",
                "mail.username",
                "a name and a password go together",
                "write both username and password_file, or neither",
            ));
        }
        if let Some(Err(why)) = config.password() {
            self.add(Problem::new(
                "server.mail_password",
                "mail.password_file",
                why,
                "name a file with the password alone, readable by its owner alone (chmod 600)",
            ));
        }
    }

    /// Whoever can open the page of a development mailbox opens every account by it.
    pub(super) fn development_mailbox(
        &mut self,
        wanted: bool,
        (listen, public_url, has_mail): (SocketAddr, Option<&Url>, bool),
    ) -> bool {
        if wanted && !(listen.ip().is_loopback() && public_url.is_none_or(is_loopback)) {
            self.add(Problem::new(
                "server.development_mailbox",
                "development_mailbox",
                "others reach this server, and whoever reads its mail opens its accounts",
                "configure [mail], or keep listen and public_url on 127.0.0.1",
            ));
        }
        if wanted && has_mail {
            self.add(Problem::new(
                "server.development_mailbox",
                "development_mailbox",
                "mail goes to the page or to the mail server, not to both",
                "remove [mail], or development_mailbox",
            ));
        }
        wanted
    }
}
