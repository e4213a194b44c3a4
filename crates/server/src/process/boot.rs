use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Duration;

use broker::protocol::IssuerFace;
use broker::{IssuerConfig, IssuerKind};
use ipnet::IpNet;
use kernel::Secret;
use mail::smtp::{Login, Sender, SmtpSettings, TlsMode};
use mail::{MailAddress, WayFace};
use serde::{Deserialize, Serialize};
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use url::Url;
use zeroize::Zeroize;

use super::files::FilesBoot;
use super::master_keys::MasterKeyBoot;
use crate::config::{EgressLimits, LogConfig};

/// All that the front is told. It reads no file and no environment.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FrontBoot {
    pub(crate) supervisor: u32,
    pub(crate) log: LogConfig,
    pub(crate) database: DatabaseLogin,
    /// What anonymous keys read by.
    pub(crate) anonymous: DatabaseLogin,
    /// 32 bytes in hexadecimal.
    pub(crate) cookie_key: Sensitive,
    pub(crate) public_url: Url,
    pub(crate) tls: Option<TlsPem>,
    pub(crate) broker_socket: PathBuf,
    pub(crate) manifests: Vec<(String, String)>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) upload_limit_bytes: u64,
    pub(crate) key_requests_per_minute: Option<NonZeroU32>,
    /// How mail leaves, for pages.
    pub(crate) mail: WayFace,
    /// Issuers that people may sign in by, for pages.
    pub(crate) issuers: Vec<IssuerFace>,
    /// What the front must not be able to open: for its self-test.
    pub(crate) forbidden: Forbidden,
}

/// Files that the front must not be able to open.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Forbidden {
    pub(crate) master_key_file: PathBuf,
    pub(crate) server_secret: PathBuf,
    pub(crate) cluster: PathBuf,
}

/// All that the broker is told.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BrokerBoot {
    pub(crate) supervisor: u32,
    pub(crate) log: LogConfig,
    pub(crate) database: DatabaseLogin,
    pub(crate) master_key_file: PathBuf,
    /// The first wraps; the file alone where there is none.
    pub(crate) master_keys: Vec<MasterKeyBoot>,
    pub(crate) egress: EgressLimits,
    pub(crate) manifests: Vec<(String, String)>,
    pub(crate) audit_origin: String,
    pub(crate) mail: MailBoot,
    pub(crate) issuers: Vec<IssuerBoot>,
    /// Where links in mails lead, and issuers send people back to.
    pub(crate) public_url: Url,
    /// The users whose processes may ask.
    pub(crate) peers: Vec<u32>,
    /// The folder that it may write to, beside that of files where they are in one.
    pub(crate) folder: PathBuf,
    pub(crate) files: FilesBoot,
}

/// An issuer that people may sign in by, with the content of its secret's file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssuerBoot {
    pub(crate) id: String,
    pub(crate) kind: IssuerKind,
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<Sensitive>,
}

impl IssuerBoot {
    /// What the broker knows it by.
    pub(crate) fn config(&self) -> IssuerConfig {
        let secret = self.client_secret.as_ref();
        IssuerConfig {
            id: self.id.clone(),
            kind: self.kind.clone(),
            client_id: self.client_id.clone(),
            client_secret: secret.map(|secret| Secret::new(secret.expose().to_owned())),
        }
    }
}

/// How the broker sends mail.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MailBoot {
    /// It does not.
    Off,
    /// It holds them for a page.
    Development,
    /// By SMTP.
    Smtp(Box<SmtpBoot>),
}

/// A mail server, with the content of the files that the configuration names: the broker need not
/// be able to read them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SmtpBoot {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: TlsMode,
    pub(crate) login: Option<(String, Sensitive)>,
    pub(crate) from: String,
    pub(crate) from_name: String,
    pub(crate) authorities: Option<String>,
}

/// The configuration of mail was changed behind the check's back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SmtpBootError {
    #[error(transparent)]
    Address(#[from] mail::AddressError),
    #[error(transparent)]
    Authorities(#[from] mail::smtp::TlsSetUpError),
}

/// A mail may take as long as nobody's patience.
const MAIL_TIMEOUT: Duration = Duration::from_secs(30);

impl SmtpBoot {
    /// What crate `mail` sends by. In EHLO the server calls itself by its public name.
    pub(crate) fn settings(&self, public_url: &Url) -> Result<SmtpSettings, SmtpBootError> {
        let authorities = self.authorities.as_ref();
        let authorities = authorities
            .map(|pem| mail::smtp::read_authorities(pem.as_bytes()))
            .transpose()?;
        Ok(SmtpSettings {
            host: self.host.clone(),
            port: self.port,
            tls: self.tls,
            login: self.login.as_ref().map(|(name, password)| Login {
                username: name.clone(),
                password: Secret::new(password.expose().to_owned()),
            }),
            from: Sender {
                address: MailAddress::parse(&self.from)?,
                name: self.from_name.clone(),
            },
            hello: public_url.host_str().unwrap_or("localhost").to_owned(),
            authorities: authorities.unwrap_or_default(),
            timeout: MAIL_TIMEOUT,
        })
    }
}

/// Certificate chain and key in PEM form.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsPem {
    pub(crate) certificate: String,
    pub(crate) key: Sensitive,
}

/// How a process reaches the database as its role.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DatabaseLogin {
    /// A URL without a user and password.
    pub(crate) url: String,
    /// The folder of the socket to use in place of the URL's host, whose name is still what the
    /// server's certificate has to show.
    pub(crate) socket: Option<PathBuf>,
    /// The certificate authority to check the server by, in PEM form, where it is not a public one.
    pub(crate) authority: Option<String>,
    pub(crate) role: String,
    pub(crate) password: Sensitive,
    /// Shown in the server's list of connections.
    pub(crate) name: String,
}

impl DatabaseLogin {
    /// The options to connect with.
    pub(crate) fn options(&self) -> Result<PgConnectOptions, sqlx::Error> {
        let mut options = PgConnectOptions::from_str(&self.url)?
            .username(&self.role)
            .password(&self.password.0)
            .application_name(&self.name)
            // SH-03: sqlx would log the text of statements, at `warn` that of slow ones.
            .disable_statement_logging();
        if let Some(socket) = &self.socket {
            options = options.socket(socket);
        }
        if let Some(authority) = &self.authority {
            options = options.ssl_root_cert_from_pem(authority.clone().into_bytes());
        }
        Ok(options)
    }
}

/// A secret on its way to a child, through a socket that both inherit: wiped after use, and never
/// printed.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Sensitive(String);

impl Sensitive {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for Sensitive {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sensitive")
    }
}
