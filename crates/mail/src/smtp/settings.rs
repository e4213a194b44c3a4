use std::fmt;
use std::time::Duration;

use kernel::Secret;
use rustls::pki_types::CertificateDer;

use crate::message::Sender;

/// How a connection becomes encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TlsMode {
    /// The server offers STARTTLS, or nothing is sent (usually port 587).
    StartTls,
    /// TLS from the first byte (usually port 465).
    Implicit,
}

impl TlsMode {
    /// As people know it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::StartTls => "STARTTLS",
            Self::Implicit => "TLS",
        }
    }
}

/// Name and password at the mail server.
pub struct Login {
    /// The name.
    pub username: String,
    /// The password.
    pub password: Secret<String>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login")
    }
}

/// A mail server, and who sends through it.
#[derive(Debug)]
pub struct SmtpSettings {
    /// Its name, as in its certificate.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How a connection becomes encrypted.
    pub tls: TlsMode,
    /// Name and password; none for a server that asks for none.
    pub login: Option<Login>,
    /// Who sends.
    pub from: Sender,
    /// What this server calls itself in EHLO.
    pub hello: String,
    /// Authorities in place of the system's.
    pub authorities: Vec<CertificateDer<'static>>,
    /// From the look-up of the name to the answer to the last line.
    pub timeout: Duration,
}
