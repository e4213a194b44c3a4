use std::fmt;
use std::sync::Arc;

use kernel::Chance;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use time::OffsetDateTime;
use tokio_rustls::TlsConnector;

use super::dial::Dial;
use super::error::{SmtpError, plain, words};
use super::settings::{SmtpSettings, TlsMode};
use super::starttls;
use super::stream::Encrypted;
use super::tls::{TlsSetUpError, connector, encrypt};
use crate::message::{MessageError, Sealed, seal};
use crate::{Letter, MailAddress, WayFace};

/// A mail server.
pub struct Smtp {
    settings: SmtpSettings,
    tls: TlsConnector,
    dial: Arc<dyn Dial>,
}

impl Smtp {
    /// The mail server of `settings`, reached through `dial`.
    pub fn new(settings: SmtpSettings, dial: Arc<dyn Dial>) -> Result<Self, TlsSetUpError> {
        let tls = connector(&settings.authorities)?;
        Ok(Self {
            settings,
            tls,
            dial,
        })
    }

    /// What pages say of it.
    pub fn face(&self) -> WayFace {
        WayFace::Smtp {
            server: format!("{}:{}", self.settings.host, self.settings.port),
            tls: self.settings.tls.label().to_owned(),
            from: self.settings.from.address.to_string(),
        }
    }

    /// Sends one letter to one address. Returns what the server said to it.
    pub async fn send(
        &self,
        letter: &Letter,
        to: &MailAddress,
        (now, chance): (OffsetDateTime, &dyn Chance),
    ) -> Result<String, SendError> {
        let sealed = seal(letter, (&self.settings.from, to), (now, chance))?;
        let limit = self.settings.timeout;
        let said = tokio::time::timeout(limit, self.hand_over(sealed))
            .await
            .map_err(|_| SmtpError::TooSlow(limit.as_secs()))??;
        Ok(said)
    }

    async fn hand_over(&self, sealed: Sealed) -> Result<String, SmtpError> {
        let mut connection = self.connect().await?;
        if let Some(login) = &self.settings.login {
            let credentials =
                Credentials::new(login.username.clone(), login.password.expose().clone());
            let answer = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
            // Permanent or transient: it is the configuration that is wrong, and not the mail.
            answer
                .await
                .map_err(|error| SmtpError::Login(words(&error)))?;
        }
        let taken = connection.send(&sealed.envelope, &sealed.bytes).await;
        let taken = taken.map_err(|error| {
            if error.is_permanent() {
                SmtpError::Refused(words(&error))
            } else {
                SmtpError::NotNow(words(&error))
            }
        })?;
        // It has the mail, whatever it says to this.
        let _ = connection.quit().await;
        let lines: Vec<&str> = taken.message().collect();
        Ok(plain(&format!("{} {}", taken.code(), lines.join(" "))))
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let SmtpSettings {
            host, port, hello, ..
        } = &self.settings;
        let dialed = self.dial.dial(host, *port).await;
        let tcp = dialed.map_err(|error| SmtpError::Unreachable(plain(&error.to_string())))?;
        let stream = match self.settings.tls {
            TlsMode::Implicit => Encrypted::greeted(encrypt(&self.tls, host, tcp).await?),
            TlsMode::StartTls => {
                let tcp = starttls::begin(tcp, hello).await?;
                Encrypted::upgraded(encrypt(&self.tls, host, tcp).await?)
            }
        };
        let hello = ClientId::Domain(hello.clone());
        AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello)
            .await
            .map_err(|error| SmtpError::NotNow(words(&error)))
    }
}

/// Why a letter was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The mail server.
    #[error(transparent)]
    Smtp(#[from] SmtpError),
    /// It could not be written.
    #[error(transparent)]
    Message(#[from] MessageError),
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Smtp")
    }
}
