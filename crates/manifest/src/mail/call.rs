use super::{Letter, MailPlace};
use crate::address::{Origin, percent};
use crate::operation::Method;
use crate::request::{PlannedRequest, WireRequest};

/// What is said to a server of mail. There is nothing else to say: no call moves, marks, copies, deletes or appends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailCall {
    /// Opens a mailbox to read (EXAMINE, never SELECT), and looks how far its numbers go.
    Examine {
        /// Its name.
        mailbox: String,
    },
    /// Reads what the envelopes of mails say, oldest first.
    Fetch {
        /// The mailbox.
        mailbox: String,
        /// Those behind this place; from the first on without one.
        after: Option<MailPlace>,
        /// How many mails at most.
        limit: u16,
    },
    /// Signs in to send, and leaves.
    Noop,
    /// Sends a mail.
    Send(Letter),
}

/// A call as a request: what is recognised as a declared operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailWire {
    method: Method,
    query: Option<String>,
    body: Option<Vec<u8>>,
}

/// The most mails of a page.
pub(super) const MAX_PAGE: u16 = 500;

impl MailCall {
    /// The call that a planned request means; `None` for one of HTTP.
    pub fn of(request: &PlannedRequest) -> Option<Self> {
        let value = |key: &str| {
            let mut pairs = request.query().iter();
            pairs
                .find(|(name, _)| name == key)
                .map(|(_, text)| text.as_str())
        };
        match request.method() {
            Method::Examine => Some(Self::Examine {
                mailbox: value("mailbox")?.to_owned(),
            }),
            Method::Fetch => Some(Self::Fetch {
                mailbox: value("mailbox")?.to_owned(),
                after: match value("after") {
                    Some(text) => Some(MailPlace::parse(text)?),
                    None => None,
                },
                limit: value("limit")?
                    .parse()
                    .ok()
                    .filter(|n| (1..=MAX_PAGE).contains(n))?,
            }),
            Method::Noop => Some(Self::Noop),
            Method::Send => Letter::read(request.body()?).ok().map(Self::Send),
            Method::Get | Method::Head | Method::Post | Method::Put | Method::Patch => None,
        }
    }

    /// It as a request, made of nothing but what will be said.
    pub fn wire(&self) -> Option<MailWire> {
        let pair = |key: &str, text: &str| format!("{key}={}", percent::encode(text));
        let query = match self {
            Self::Examine { mailbox } => Some(pair("mailbox", mailbox)),
            Self::Fetch {
                mailbox,
                after,
                limit,
            } => {
                let after = after.map(|place| pair("after", &place.to_string()) + "&");
                let rest = format!("limit={limit}&{}", pair("mailbox", mailbox));
                Some(after.unwrap_or_default() + &rest)
            }
            Self::Noop | Self::Send(_) => None,
        };
        let (method, body) = match self {
            Self::Examine { .. } => (Method::Examine, None),
            Self::Fetch { .. } => (Method::Fetch, None),
            Self::Noop => (Method::Noop, None),
            Self::Send(letter) => (Method::Send, Some(letter.body().ok()?)),
        };
        Some(MailWire {
            method,
            query,
            body,
        })
    }
}

impl MailWire {
    /// The request, at this server.
    pub fn request<'a>(&'a self, origin: &'a Origin) -> WireRequest<'a> {
        WireRequest {
            method: self.method.as_str(),
            scheme: origin.scheme().as_str(),
            host: origin.host(),
            port: origin.port(),
            path: super::mail_path(self.method).unwrap_or_default(),
            query: self.query.as_deref(),
            headers: Vec::new(),
            body: self.body.as_deref(),
        }
    }
}
