use crypto::canonical;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{MailAddress, MailAddressProblem};
use crate::request::IdempotencyKey;

/// A mail to be sent, as people approve it: text and nothing else. What a server needs beside it is made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Letter {
    /// Who gets a copy, which everybody sees.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<MailAddress>,
    /// Who it is from.
    pub from: MailAddress,
    /// The left half of its Message-ID: the key of the proposal.
    pub message_id: String,
    /// What it is about, in one line.
    pub subject: String,
    /// What it says: lines that end in a line feed.
    pub text: String,
    /// Whom it goes to: at least one.
    pub to: Vec<MailAddress>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    cc: Option<Vec<String>>,
    from: String,
    message_id: String,
    subject: String,
    text: String,
    to: Vec<String>,
}

/// Why no mail is made of what was given, and of which argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LetterProblem {
    /// Not the fields of a mail.
    #[error("not a mail")]
    Fields,
    /// An address.
    #[error("{1}")]
    Address(&'static str, #[source] MailAddressProblem),
    /// Nobody.
    #[error("name at least one address, or leave it out")]
    Nobody(&'static str),
    /// One address twice.
    #[error("one address is named twice")]
    Twice,
    /// More people than may get one mail.
    #[error("a mail goes to at most {MAX_RECIPIENTS} addresses")]
    TooMany,
    /// A subject that a mail does not hold as it is.
    #[error(
        "a subject is one line without spaces at its ends or in a row, and without `=?`, which mail reads as something else"
    )]
    Subject,
    /// A text that a mail does not hold as it is.
    #[error("a text holds no control characters but line feeds and tabs")]
    Text,
}

/// A list of people that nobody reads is none that a person has approved.
const MAX_RECIPIENTS: usize = 50;
/// The longest subject, in characters.
const MAX_SUBJECT_CHARACTERS: usize = 200;

impl LetterProblem {
    /// The argument that it is about.
    pub const fn argument(&self) -> &'static str {
        match self {
            Self::Fields => "",
            Self::Address(name, _) | Self::Nobody(name) => name,
            Self::Twice | Self::TooMany => "to",
            Self::Subject => "subject",
            Self::Text => "text",
        }
    }
}

impl Letter {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// [`LetterProblem`]: nothing that a mail would hold otherwise than it was approved is one.
    pub fn read(body: &[u8]) -> Result<Self, LetterProblem> {
        let value = canonical::parse(body).map_err(|_| LetterProblem::Fields)?;
        let raw: Raw = serde_json::from_value(value).map_err(|_| LetterProblem::Fields)?;
        let cc = match raw.cc {
            None => Vec::new(),
            Some(texts) if texts.is_empty() => return Err(LetterProblem::Nobody("cc")),
            Some(texts) => addresses("cc", &texts)?,
        };
        let letter = Self {
            cc,
            from: address("from", &raw.from)?,
            message_id: raw.message_id,
            subject: raw.subject,
            text: raw.text,
            to: addresses("to", &raw.to)?,
        };
        letter.check().map(|()| letter)
    }

    /// The body of the request that it is: canonical JSON.
    ///
    /// # Errors
    /// None in practice: it holds texts alone.
    pub fn body(&self) -> Result<Vec<u8>, canonical::CanonicalError> {
        let value = serde_json::to_value(self).unwrap_or(Value::Null);
        canonical::to_vec(&value)
    }

    /// Everybody who gets it.
    pub fn recipients(&self) -> impl Iterator<Item = &MailAddress> {
        self.to.iter().chain(&self.cc)
    }

    fn check(&self) -> Result<(), LetterProblem> {
        if self.message_id.parse::<IdempotencyKey>().is_err() {
            return Err(LetterProblem::Fields);
        }
        if self.to.is_empty() {
            return Err(LetterProblem::Nobody("to"));
        }
        if self.recipients().count() > MAX_RECIPIENTS {
            return Err(LetterProblem::TooMany);
        }
        let mut all: Vec<String> = self
            .recipients()
            .map(|address| address.as_str().to_ascii_lowercase())
            .collect();
        all.sort_unstable();
        if all.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(LetterProblem::Twice);
        }
        let subject = self.subject.as_str();
        let plain = !subject.is_empty()
            && subject.chars().count() <= MAX_SUBJECT_CHARACTERS
            && subject.trim() == subject
            && !subject.contains("  ")
            && !subject.contains("=?")
            && !subject.chars().any(char::is_control);
        if !plain {
            return Err(LetterProblem::Subject);
        }
        let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        if self.text.is_empty() || self.text.chars().any(odd) {
            return Err(LetterProblem::Text);
        }
        Ok(())
    }
}

fn address(name: &'static str, text: &str) -> Result<MailAddress, LetterProblem> {
    text.parse()
        .map_err(|problem| LetterProblem::Address(name, problem))
}

fn addresses(name: &'static str, texts: &[String]) -> Result<Vec<MailAddress>, LetterProblem> {
    texts.iter().map(|text| address(name, text)).collect()
}
