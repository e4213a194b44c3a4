use askama::Template;
use time::OffsetDateTime;

use crate::Page;
use crate::filters;

/// Mails that a development server holds in place of sending them.
#[derive(Debug, Clone, Template)]
#[template(path = "mail/held.html")]
pub struct HeldMails {
    /// What every page shares.
    pub page: Page,
    /// The newest first.
    pub mails: Vec<HeldMail>,
}

/// A mail that was not sent.
#[derive(Debug, Clone)]
pub struct HeldMail {
    /// To whom.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// Its text, in parts: what is before, in and behind the link, in turns.
    pub lines: Vec<HeldLine>,
    /// When.
    pub at: OffsetDateTime,
}

/// A line of a mail.
#[derive(Debug, Clone)]
pub enum HeldLine {
    /// Words.
    Text(String),
    /// A link to a page of this server, by its local path.
    Link(String),
}

impl HeldMail {
    /// Reads the lines of a text: one that is a link of this server becomes one on the page.
    pub fn new(
        (recipient, subject, text): (String, String, &str),
        origin: &str,
        at: OffsetDateTime,
    ) -> Self {
        let line = |line: &str| match line.strip_prefix(origin) {
            Some(path) if path.starts_with('/') => HeldLine::Link(path.to_owned()),
            _ => HeldLine::Text(line.to_owned()),
        };
        Self {
            recipient,
            subject,
            lines: text.lines().map(line).collect(),
            at,
        }
    }
}
