use kernel::Chance;
use lettre::Message;
use lettre::address::Envelope;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use time::OffsetDateTime;

use crate::{Letter, MailAddress};

/// A mail to the last byte, with whom it goes from and to.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) envelope: Envelope,
    pub(crate) bytes: Vec<u8>,
}

/// Who sends.
#[derive(Debug, Clone)]
pub struct Sender {
    /// The address.
    pub address: MailAddress,
    /// The name beside it.
    pub name: String,
}

/// The letter could not be put into a message: a defect of ours.
#[derive(Debug, thiserror::Error)]
#[error("the mail could not be written")]
pub struct MessageError(#[from] lettre::error::Error);

/// RFC 3834 5: nobody's holiday notice answers this.
#[derive(Debug, Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Puts a letter into a message (RFC 5322), as text and HTML (RFC 2046 5.1.4).
pub(crate) fn seal(
    letter: &Letter,
    (from, to): (&Sender, &MailAddress),
    (now, chance): (OffsetDateTime, &dyn Chance),
) -> Result<Sealed, MessageError> {
    let id = format!("<{}@{}>", random_name(chance), from.address.domain());
    let parts = MultiPart::alternative()
        .singlepart(part(ContentType::TEXT_PLAIN, &letter.text))
        .singlepart(part(ContentType::TEXT_HTML, &letter.html));
    let message = Message::builder()
        .from(Mailbox::new(
            // A name of two lines makes the library panic.
            Some(one_line(&from.name)),
            from.address.to_lettre(),
        ))
        .to(Mailbox::new(None, to.to_lettre()))
        .subject(one_line(&letter.subject))
        .date(now.into())
        .message_id(Some(id))
        .header(AutoSubmitted)
        .multipart(parts)?;
    Ok(Sealed {
        envelope: message.envelope().clone(),
        bytes: message.formatted(),
    })
}

fn part(kind: ContentType, text: &str) -> SinglePart {
    SinglePart::builder().header(kind).body(text.to_owned())
}

/// Whatever the letter's author forgot: a header is one line.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

fn random_name(chance: &dyn Chance) -> String {
    let mut bits = [0_u8; 16];
    chance.fill(&mut bits);
    u128::from_be_bytes(bits).to_string()
}

#[cfg(test)]
mod tests {
    use kernel::SystemRng;

    use super::*;

    fn sealed(subject: &str) -> String {
        let letter = Letter {
            subject: subject.to_owned(),
            text: "Grüße\n.\nQUIT".to_owned(),
            html: "<p>Grüße</p>".to_owned(),
        };
        let from = Sender {
            address: MailAddress::parse("no-reply@example.com").unwrap(),
            name: "Countersign\r\nBcc: eve@example.com".to_owned(),
        };
        let to = MailAddress::parse("ada@bücher.example").unwrap();
        let sealed = seal(
            &letter,
            (&from, &to),
            (OffsetDateTime::UNIX_EPOCH, &SystemRng),
        )
        .unwrap();
        String::from_utf8(sealed.bytes).unwrap()
    }

    fn headers(text: &str) -> Vec<&str> {
        text.split_once("\r\n\r\n")
            .unwrap()
            .0
            .split("\r\n")
            .collect()
    }

    #[test]
    fn it_says_that_a_program_wrote_it_and_who_it_is_for() {
        let text = sealed("Plain");
        let headers = headers(&text);
        assert!(
            headers.contains(&"Auto-Submitted: auto-generated"),
            "{text}"
        );
        assert!(headers.contains(&"To: ada@xn--bcher-kva.example"), "{text}");
        assert!(
            headers.contains(&"Date: Thu, 01 Jan 1970 00:00:00 +0000"),
            "{text}"
        );
        assert!(
            headers
                .iter()
                .any(|line| line.starts_with("Message-ID: <") && line.ends_with("@example.com>")),
            "{text}"
        );
        assert!(text.is_ascii(), "seven bits pass everywhere");
    }

    #[test]
    fn no_name_and_no_subject_adds_a_header() {
        let text = sealed("Join\r\nBcc: eve@example.com\r\n\r\nBody");
        assert!(
            !headers(&text)
                .iter()
                .any(|line| line.to_lowercase().starts_with("bcc")),
            "{text}"
        );
    }
}
