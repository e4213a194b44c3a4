use manifest::{RateLimit, Refusal, Undeclared};

/// Why a call did not give what it should. No variant holds an address, a query, a token or a
/// piece of an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// The request is no declared operation.
    #[error("the request is not a declared operation of the app: {0}")]
    Undeclared(#[source] Undeclared),
    /// A write was sent as a read.
    #[error("a write needs an approval")]
    WriteNeedsApproval,
    /// A read was sent as a write.
    #[error("an approval is for a write, and this operation reads")]
    NotAWrite,
    /// What would be sent is not what was approved.
    #[error("the request is not the one that was approved")]
    PayloadChanged,
    /// The credential cannot stand where the app wants it.
    #[error("the credential cannot be sent")]
    Credential,
    /// A mail in another name than the account's.
    #[error("the mail is from another address than the account that would send it")]
    Sender,
    /// The credential is of a class that the operation does not take.
    #[error("the operation takes no credential of this class: connect the app again")]
    CredentialClass,
    /// Plain HTTP to a host that the operator did not list.
    #[error("plain HTTP leaves only for a host and port that the operator listed")]
    Insecure,
    /// An address where no app is, or one that the operator did not list.
    #[error("the app's address is private, and the operator did not list it")]
    PrivateAddress,
    /// The name has no address, nobody listens there, or the connection broke.
    #[error("the app cannot be reached")]
    Unreachable {
        /// Whether the app may have read the request.
        sent: bool,
    },
    /// No secure connection could be made.
    #[error("no secure connection to the app: its certificate or protocol was refused")]
    Tls,
    /// The call took longer than it may.
    #[error("the app did not answer in time")]
    Timeout {
        /// Whether the app may have read the request.
        sent: bool,
        /// The status of the answer, when it had begun.
        status: Option<u16>,
    },
    /// The app pointed elsewhere. It is not followed: the credential belongs to this host alone.
    #[error("the app answered with a redirect, which is not followed")]
    Redirect {
        /// 300 to 399.
        status: u16,
    },
    /// The app refused or failed.
    #[error("the app answered with status {status}")]
    Status {
        /// 400 to 599, or another one that is no success.
        status: u16,
        /// What it said about its limits.
        rate: RateLimit,
    },
    /// The answer says that the app did not do it, whatever its status.
    #[error("the app answered that it did not do it")]
    Declined {
        /// The status of the answer.
        status: u16,
        /// What the app means by it.
        why: Refusal,
    },
    /// The answer is larger than it may be.
    #[error("the app's answer is too large")]
    TooLarge {
        /// The status of the answer.
        status: u16,
    },
    /// The answer is not JSON, or is compressed though nobody asked.
    #[error("the app's answer is not of a type that is read")]
    ContentType {
        /// The status of the answer.
        status: u16,
    },
    /// The answer is not what its type says, or its connection broke.
    #[error("the app's answer cannot be read")]
    Malformed {
        /// The status of the answer.
        status: u16,
    },
}

/// What is known about a write that did not end well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteVerdict {
    /// The app never got it.
    NotSent,
    /// The app got it and refused.
    Refused,
    /// The app got it, did it, and its answer could not be read.
    Done,
    /// Nobody knows: to be looked up, never to be sent again.
    Unknown,
}

impl EgressError {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Undeclared(_) => "egress.undeclared",
            Self::WriteNeedsApproval => "egress.write_needs_approval",
            Self::NotAWrite => "egress.not_a_write",
            Self::PayloadChanged => "egress.payload_changed",
            Self::Credential => "egress.credential",
            Self::CredentialClass => "egress.credential_class",
            Self::Sender => "egress.sender",
            Self::Insecure => "egress.insecure",
            Self::PrivateAddress => "egress.private_address",
            Self::Unreachable { .. } => "egress.unreachable",
            Self::Tls => "egress.tls",
            Self::Timeout { .. } => "egress.timeout",
            Self::Redirect { .. } => "egress.redirect",
            Self::Status { status, rate } if refuses(*status, rate) => "egress.refused",
            Self::Status { .. }
            | Self::Declined {
                why: Refusal::Wait, ..
            } => "egress.status",
            Self::Declined { .. } => "egress.declined",
            Self::TooLarge { .. } => "egress.too_large",
            Self::ContentType { .. } => "egress.content_type",
            Self::Malformed { .. } => "egress.malformed",
        }
    }

    /// What is known about a write that ended so.
    pub const fn verdict(&self) -> WriteVerdict {
        match self {
            Self::Undeclared(_)
            | Self::WriteNeedsApproval
            | Self::NotAWrite
            | Self::PayloadChanged
            | Self::Credential
            | Self::CredentialClass
            | Self::Sender
            | Self::Insecure
            | Self::PrivateAddress
            | Self::Tls
            | Self::Unreachable { sent: false }
            | Self::Timeout { sent: false, .. } => WriteVerdict::NotSent,
            // RFC 9110 15.5.9: after 408 the app may have begun to work.
            Self::Status { status: 408, .. }
            | Self::Declined {
                why: Refusal::Unknown,
                ..
            } => WriteVerdict::Unknown,
            Self::Declined { .. }
            | Self::Status {
                status: 400..=499, ..
            } => WriteVerdict::Refused,
            Self::TooLarge { status }
            | Self::ContentType { status }
            | Self::Malformed { status }
            | Self::Timeout {
                status: Some(status),
                ..
            } => match *status {
                200..=299 => WriteVerdict::Done,
                _ => WriteVerdict::Unknown,
            },
            Self::Redirect { .. }
            | Self::Status { .. }
            | Self::Unreachable { sent: true }
            | Self::Timeout {
                sent: true,
                status: None,
            } => WriteVerdict::Unknown,
        }
    }

    /// Whether the app does not accept the credential any more: a person must connect again.
    pub const fn is_token_refused(&self) -> bool {
        matches!(
            self,
            Self::Status { status: 401, .. }
                | Self::Declined {
                    why: Refusal::Reconnect,
                    ..
                }
        )
    }

    /// The status of the answer, when there was one.
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Redirect { status }
            | Self::Status { status, .. }
            | Self::Declined { status, .. }
            | Self::TooLarge { status }
            | Self::ContentType { status }
            | Self::Malformed { status } => Some(*status),
            Self::Timeout { status, .. } => *status,
            _ => None,
        }
    }
}

/// Whether the same call would be refused again. What asks for patience does not: 408, 425 and 429
/// (RFC 9110 15.5.9, RFC 8470 5.2, RFC 6585 4), and whatever names a pause or a spent limit, as
/// GitHub does with 403.
const fn refuses(status: u16, rate: &RateLimit) -> bool {
    matches!(status, 400..=407 | 409..=424 | 426..=428 | 430..=499)
        && rate.retry_after.is_none()
        && !matches!(rate.remaining, Some(0))
}
