use mail_parser::{Address, DateTime, HeaderValue, Message, MessageParser};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::token::Token;

/// What a server said of one mail, as far as it was asked for. Names beside addresses are gone by now.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fetched {
    received: Option<String>,
    flags: Option<Vec<String>>,
    size_bytes: Option<u64>,
    headers: Option<Headers>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Headers {
    sent: Option<String>,
    from: Option<String>,
    to: Vec<String>,
    cc: Vec<String>,
    message_id: Option<String>,
    in_reply_to: Option<String>,
    references: Vec<String>,
}

/// The longest identifier of a mail that is one, in bytes: it becomes the name of a case.
const MAX_ID_BYTES: usize = 250;
/// People and references of one mail that are kept.
const MAX_LIST: usize = 100;

impl Fetched {
    /// The UID and the rest of a FETCH; `None` where it has no UID. What was not asked for is not looked at.
    pub(super) fn read(items: &[Token]) -> Option<(u32, Self)> {
        let (mut uid, mut mail) = (None, Self::default());
        let mut items = items.iter();
        while let (Some(name), Some(value)) = (items.next(), items.next()) {
            let Token::Word(name) = name else { continue };
            match (name.as_str(), value) {
                ("UID", Token::Word(text)) => uid = text.parse().ok(),
                ("INTERNALDATE", Token::Text(text)) => mail.received = internal_date(text),
                ("RFC822.SIZE", Token::Word(text)) => mail.size_bytes = text.parse().ok(),
                ("FLAGS", Token::List(flags)) => mail.flags = Some(words(flags)),
                (name, Token::Text(text)) if name.starts_with("BODY[HEADER.FIELDS ") => {
                    mail.headers = Some(Headers::read(text));
                }
                _ => {}
            }
        }
        Some((uid?, mail))
    }

    /// Adds what was said of the same mail.
    pub(super) fn merge(&mut self, other: Self) {
        self.received = other.received.or_else(|| self.received.take());
        self.flags = other.flags.or_else(|| self.flags.take());
        self.size_bytes = other.size_bytes.or(self.size_bytes);
        self.headers = other.headers.or_else(|| self.headers.take());
    }

    /// As the answer has it.
    pub(super) fn json(&self, uid_validity: u32, uid: u32) -> Value {
        let none = Headers::default();
        let headers = self.headers.as_ref().unwrap_or(&none);
        let id = headers.message_id.clone();
        let id = id.unwrap_or_else(|| format!("{uid_validity}:{uid}"));
        let root = headers.references.first().or(headers.in_reply_to.as_ref());
        let flag = |name: &str| {
            let flags = self.flags.as_ref()?;
            Some(flags.iter().any(|flag| flag == name))
        };
        json!({
            "uid": uid,
            "received": self.received,
            "sent": headers.sent,
            "from": headers.from,
            "to": headers.to,
            "cc": headers.cc,
            "message_id": headers.message_id,
            "in_reply_to": headers.in_reply_to,
            "references": headers.references,
            "thread": root.unwrap_or(&id),
            "id": id,
            "seen": flag("\\SEEN"),
            "answered": flag("\\ANSWERED"),
            "size_bytes": self.size_bytes,
        })
    }
}

impl Headers {
    /// Headers that cannot be read are none.
    fn read(bytes: &[u8]) -> Self {
        let parser = MessageParser::new()
            .header_date(mail_parser::HeaderName::Date)
            .header_address(mail_parser::HeaderName::From)
            .header_address(mail_parser::HeaderName::To)
            .header_address(mail_parser::HeaderName::Cc)
            .header_id(mail_parser::HeaderName::MessageId)
            .header_id(mail_parser::HeaderName::InReplyTo)
            .header_id(mail_parser::HeaderName::References);
        let Some(message) = parser.parse_headers(bytes) else {
            return Self::default();
        };
        Self::of(&message)
    }

    fn of(message: &Message<'_>) -> Self {
        let first = |values: Vec<String>| values.into_iter().next();
        Self {
            sent: message.date().and_then(moment),
            from: first(addresses(message.from())),
            to: addresses(message.to()),
            cc: addresses(message.cc()),
            message_id: message
                .message_id()
                .filter(|id| is_id(id))
                .map(str::to_owned),
            in_reply_to: first(ids(message.in_reply_to())),
            references: ids(message.references()),
        }
    }
}

/// Flags that an answer may tell.
const FLAGS: [&str; 2] = ["\\SEEN", "\\ANSWERED"];

fn words(tokens: &[Token]) -> Vec<String> {
    let words = tokens.iter().filter_map(|token| match token {
        Token::Word(word) if FLAGS.contains(&word.as_str()) => Some(word.clone()),
        _ => None,
    });
    words.collect()
}

/// `17-Jul-1996 02:44:25 -0700` (RFC 9051 9, date-time).
fn internal_date(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let (date, time) = text.split_once(' ')?;
    let date = format!("{} {time}", date.replace('-', " "));
    moment(&DateTime::parse_rfc822(&date)?)
}

/// In UTC, as RFC 3339 has it.
fn moment(date: &DateTime) -> Option<String> {
    if !date.is_valid() {
        return None;
    }
    let moment = OffsetDateTime::from_unix_timestamp(date.to_timestamp()).ok()?;
    moment.format(&Rfc3339).ok()
}

/// Addresses without the names beside them.
fn addresses(list: Option<&Address<'_>>) -> Vec<String> {
    let all = list.into_iter().flat_map(Address::iter);
    let found = all.filter_map(|one| one.address().filter(|address| is_id(address)));
    found.map(str::to_owned).take(MAX_LIST).collect()
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    let all = match value {
        HeaderValue::Text(one) => vec![one.as_ref()],
        HeaderValue::TextList(all) => all.iter().map(AsRef::as_ref).collect(),
        _ => Vec::new(),
    };
    let good = all.into_iter().filter(|id| is_id(id)).take(MAX_LIST);
    good.map(str::to_owned).collect()
}

/// What can name a mail or a mailbox: one word, without anything that a page would not show.
fn is_id(text: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&text.len())
        && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(headers: &str) -> Value {
        let items = [
            Token::Word("UID".to_owned()),
            Token::Word("7".to_owned()),
            Token::Word("INTERNALDATE".to_owned()),
            Token::Text(b" 2-Mar-2026 10:00:00 +0100".to_vec()),
            Token::Word("BODY[TEXT]".to_owned()),
            Token::Text(b"canary".to_vec()),
            Token::Word("BODY[HEADER.FIELDS (FROM)]".to_owned()),
            Token::Text(headers.as_bytes().to_vec()),
        ];
        let (uid, mail) = Fetched::read(&items).unwrap();
        mail.json(9, uid)
    }

    #[test]
    fn a_mail_is_who_when_and_in_which_thread() {
        let read = mail(
            "Date: Mon, 2 Mar 2026 09:00:00 +0000\r\nFrom: \"canary\" <ada@example.com>\r\n\
             To: a@example.com, Team: b@example.com, c@example.com;\r\nSubject: canary\r\n\
             Message-ID: <3@x>\r\nIn-Reply-To: <2@x>\r\nReferences: <1@x>\r\n <2@x>\r\n\r\n",
        );
        assert_eq!(
            read,
            json!({
                "uid": 7, "received": "2026-03-02T09:00:00Z", "sent": "2026-03-02T09:00:00Z",
                "from": "ada@example.com", "to": ["a@example.com", "b@example.com", "c@example.com"],
                "cc": [], "message_id": "3@x", "in_reply_to": "2@x", "references": ["1@x", "2@x"],
                "thread": "1@x", "id": "3@x", "seen": null, "answered": null, "size_bytes": null,
            })
        );
    }

    #[test]
    fn a_mail_without_identifiers_is_known_by_its_numbers() {
        for headers in [
            "",
            "\r\n",
            "From: \r\n\r\n",
            "Message-ID: \r\n\r\n",
            "\0\u{1}",
            "Message-ID: <a b>\r\n\r\n",
        ] {
            let read = mail(headers);
            assert_eq!(
                (&read["id"], &read["thread"]),
                (&json!("9:7"), &json!("9:7")),
                "{headers:?}"
            );
            assert_eq!(read["from"], json!(null));
        }
        let long = format!("Message-ID: <{}@x>\r\n\r\n", "a".repeat(300));
        assert_eq!(mail(&long)["id"], json!("9:7"));
    }

    proptest::proptest! {
        #[test]
        fn any_header_is_read_or_passed_over(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = Headers::read(&bytes);
            let _ = internal_date(&bytes);
        }

        #[test]
        fn headers_of_mails_are_read_or_passed_over(text in "((From|To|Date|References|Message-ID): [ -~\r\n]{0,60}\r\n){0,4}") {
            let _ = Headers::read(text.as_bytes());
        }
    }
}
