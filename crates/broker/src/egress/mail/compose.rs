use lettre::message::header::{ContentTransferEncoding, ContentType, MIME_VERSION_1_0};
use lettre::message::{Body, Mailbox};
use lettre::{Address, Message};
use manifest::{Letter, MailAddress};
use time::OffsetDateTime;

/// A mail to the last byte: plain text, in lines of ASCII that no server has to change (RFC 2045 6.7).
pub(super) fn compose(letter: &Letter, date: OffsetDateTime) -> Option<Vec<u8>> {
    let id = format!("<{}@{}>", letter.message_id, letter.from.domain());
    let mut builder = Message::builder()
        .from(mailbox(&letter.from)?)
        .subject(letter.subject.clone())
        .date(date.into())
        .message_id(Some(id))
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN);
    for address in &letter.to {
        builder = builder.to(mailbox(address)?);
    }
    for address in &letter.cc {
        builder = builder.cc(mailbox(address)?);
    }
    let encoding = ContentTransferEncoding::QuotedPrintable;
    let body = Body::new_with_encoding(letter.text.clone(), encoding).ok()?;
    Some(builder.body(body).ok()?.formatted())
}

fn mailbox(address: &MailAddress) -> Option<Mailbox> {
    let address: Address = address.as_str().parse().ok()?;
    Some(Mailbox::new(None, address))
}
