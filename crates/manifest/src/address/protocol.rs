/// What is spoken with an app. All operations of a manifest speak the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// HTTP (RFC 9110).
    #[default]
    Http,
    /// Mail is read by IMAP (RFC 9051, RFC 3501).
    Imap,
    /// Mail is sent by submission over SMTP (RFC 6409).
    Smtp,
}

impl Protocol {
    /// Every protocol.
    pub const ALL: [Self; 3] = [Self::Http, Self::Imap, Self::Smtp];

    /// The protocol of this name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// Its name in manifests.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Imap => "imap",
            Self::Smtp => "smtp",
        }
    }

    /// Whether it is one of mail.
    pub const fn is_mail(self) -> bool {
        !matches!(self, Self::Http)
    }
}
