/// What can be kept of a mail: never its subject, text or attachments. Of people their addresses, without the names beside
/// them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MailField {
    /// Its UID in the mailbox.
    Uid,
    /// When the server got it (INTERNALDATE).
    Received,
    /// When it says that it was sent (RFC 5322 3.6.1).
    Sent,
    /// Who it says that it is from.
    From,
    /// To whom it says that it goes.
    To,
    /// Who gets a copy by its own word.
    Cc,
    /// Its own identifier (RFC 5322 3.6.4).
    MessageId,
    /// The mail that it answers.
    InReplyTo,
    /// The mails of its thread, the first one first.
    References,
    /// The first mail of its thread: of its references, else what it answers, else itself.
    Thread,
    /// What tells it apart: its Message-ID, or its numbers in the mailbox where it has none.
    Id,
    /// Whether it was read.
    Seen,
    /// Whether it was answered.
    Answered,
    /// Its size.
    SizeBytes,
}

impl MailField {
    /// Every field, with its name in an answer: a list of texts ends in `[]`.
    pub const ALL: [(Self, &'static str); 14] = [
        (Self::Uid, "uid"),
        (Self::Received, "received"),
        (Self::Sent, "sent"),
        (Self::From, "from"),
        (Self::To, "to[]"),
        (Self::Cc, "cc[]"),
        (Self::MessageId, "message_id"),
        (Self::InReplyTo, "in_reply_to"),
        (Self::References, "references[]"),
        (Self::Thread, "thread"),
        (Self::Id, "id"),
        (Self::Seen, "seen"),
        (Self::Answered, "answered"),
        (Self::SizeBytes, "size_bytes"),
    ];

    /// The field of this name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|(_, name)| *name == text).map(|(field, _)| field)
    }
}
