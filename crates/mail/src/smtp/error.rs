/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// No connection.
    #[error("the mail server cannot be reached: {0}")]
    Unreachable(String),
    /// It offers no encryption: nothing was sent.
    #[error(
        "the mail server offers no STARTTLS: nothing was sent, since mail goes out encrypted or not at all"
    )]
    NoTls,
    /// The handshake failed.
    #[error("the mail server's TLS does not hold: {0}")]
    Tls(String),
    /// It spoke before it was encrypted, out of turn.
    #[error("the mail server said more than it may before TLS: nothing was sent")]
    Injected,
    /// It does not take our name and password.
    #[error("the mail server refuses the login: {0}")]
    Login(String),
    /// A permanent refusal of this mail (5yz, RFC 5321 4.2.1).
    #[error("the mail server refuses the mail: {0}")]
    Refused(String),
    /// A transient refusal (4yz), or no SMTP at all.
    #[error("the mail server did not take the mail: {0}")]
    NotNow(String),
    /// It took longer than it may.
    #[error("the mail server took longer than {0} s")]
    TooSlow(u64),
}

impl SmtpError {
    /// Whether trying again is of no use.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Refused(_))
    }

    /// A stable code, for logs and jobs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "mail.unreachable",
            Self::NoTls => "mail.no_tls",
            Self::Tls(_) => "mail.tls",
            Self::Injected => "mail.injected",
            Self::Login(_) => "mail.login",
            Self::Refused(_) => "mail.refused",
            Self::NotNow(_) => "mail.not_now",
            Self::TooSlow(_) => "mail.too_slow",
        }
    }
}

const MAX_CHARACTERS: usize = 200;

/// What a server said, for a page: one line of ordinary characters.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_graphic() { c } else { ' ' })
        .take(MAX_CHARACTERS)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// An SMTP client's error in words: the reply, or what lies below.
pub(super) fn words(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut below = std::error::Error::source(error);
    while let Some(next) = below {
        let more = next.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        below = next.source();
    }
    plain(&text)
}
