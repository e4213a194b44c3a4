use askama::Template;
use kernel::MailId;
use time::OffsetDateTime;

use crate::Page;
use crate::component::Tone;
use crate::filters;

/// How mail leaves this server, and the latest mails of the organisation.
#[derive(Debug, Clone, Template)]
#[template(path = "mail/outbox.html")]
pub struct Outbox {
    /// What every page shares.
    pub page: Page,
    /// How mail leaves.
    pub way: MailWay,
    /// The newest first.
    pub mails: Vec<MailRow>,
}

/// How mail leaves.
#[derive(Debug, Clone)]
pub enum MailWay {
    /// It does not.
    Off,
    /// By SMTP.
    Smtp {
        /// The server and port.
        server: String,
        /// `STARTTLS` or `TLS`.
        tls: String,
        /// Who sends.
        from: String,
    },
    /// Into a page of this server.
    Development,
}

/// A mail, without its content.
#[derive(Debug, Clone)]
pub struct MailRow {
    /// Its identifier.
    pub id: MailId,
    /// To whom.
    pub recipient: String,
    /// What it is about, in words.
    pub about: String,
    /// Where it is.
    pub state: MailState,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it was not taken the last time; empty where nothing was in the way.
    pub error: String,
    /// Since when, or since when again.
    pub queued_at: OffsetDateTime,
}

/// Where a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailState {
    /// Waiting, or to be tried again.
    Queued,
    /// The mail server has it.
    Sent,
    /// Given up.
    Failed,
}

impl MailState {
    const fn label(self) -> &'static str {
        match self {
            Self::Queued => "Queued",
            Self::Sent => "Sent",
            Self::Failed => "Failed",
        }
    }

    const fn tone(self) -> Tone {
        match self {
            Self::Queued => Tone::Info,
            Self::Sent => Tone::Ok,
            Self::Failed => Tone::Bad,
        }
    }
}
