use std::error::Error;
use std::io;

use object_store::client::HttpErrorKind;

use crate::egress::EgressError;

/// Why a bucket did not do what it was asked for. No variant holds an address, a key or a piece of an answer but its
/// code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BucketError {
    /// Nobody answers there, or not in time.
    #[error("no answer comes from it")]
    Unreachable,
    /// No secure connection.
    #[error("its certificate is not trusted")]
    Tls,
    /// The guard refuses the address.
    #[error("its address is one that nothing may be sent to")]
    Address,
    /// It points elsewhere. It is not followed.
    #[error("it answers with a redirect, which is not followed")]
    Redirect,
    /// It does not let us.
    #[error("it refuses the access key ({0})")]
    Denied(String),
    /// No such bucket.
    #[error("there is no such bucket")]
    NoBucket,
    /// No such object, or upload.
    #[error("there is no such object")]
    Missing,
    /// The object is shorter than that.
    #[error("the object has no such bytes")]
    OutOfRange,
    /// It gives back something else than it was given.
    #[error("it does not give back what was put there")]
    Forgets,
    /// Anything else.
    #[error("it answers {status} {code}")]
    Failed {
        /// Of HTTP; 0 where an answer could not be read.
        status: u16,
        /// Of S3, where it says one.
        code: String,
    },
}

impl BucketError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreachable => "files.bucket_unreachable",
            Self::Tls => "files.bucket_tls",
            Self::Address => "files.bucket_address",
            Self::Redirect => "files.bucket_redirect",
            Self::Denied(_) => "files.bucket_denied",
            Self::NoBucket => "files.bucket_not_found",
            Self::Missing | Self::OutOfRange => "files.bucket_missing",
            Self::Forgets => "files.bucket_forgets",
            Self::Failed { .. } => "files.bucket_failed",
        }
    }

    /// What whoever runs the server can do.
    pub const fn todo(&self) -> &'static str {
        match self {
            Self::Unreachable => {
                "see that it runs, and that this machine reaches files.s3.endpoint"
            }
            Self::Tls => "name its authority in files.s3.ca_file",
            Self::Address => {
                "name another files.s3.endpoint: nothing is ever sent to a metadata service, or to an address of no host"
            }
            Self::Redirect => {
                "write the endpoint of the bucket's own region to files.s3.endpoint, and that region to files.s3.region"
            }
            Self::Denied(_) => {
                "see that the access key is in force and may put, get, delete and list uploads under the prefix, that region is the bucket's, and that the clocks agree"
            }
            Self::NoBucket => "make the bucket, or correct files.s3.bucket",
            Self::Missing | Self::OutOfRange | Self::Forgets | Self::Failed { .. } => {
                "see that it speaks S3 with ranges and multipart uploads; its own log says more"
            }
        }
    }

    /// What an answer's status and the code in it mean.
    pub(super) fn of_answer(status: u16, code: String) -> Self {
        match (status, code.as_str()) {
            (_, "NoSuchBucket") => Self::NoBucket,
            (404, _) => Self::Missing,
            (416, _) => Self::OutOfRange,
            // A signature for another region is refused as a bad request.
            (400, "AuthorizationHeaderMalformed" | "ExpiredToken" | "InvalidToken")
            | (401 | 403, _) => Self::Denied(code),
            _ => Self::Failed { status, code },
        }
    }

    /// Whether the same may go well when it is tried again, as `object_store` asks for it.
    pub(super) const fn kind(&self) -> HttpErrorKind {
        match self {
            // All that is asked for can be asked for twice: a part, an end, a removal.
            Self::Unreachable
            | Self::Failed {
                status: 408 | 429 | 500..=599,
                ..
            } => HttpErrorKind::Request,
            _ => HttpErrorKind::Unknown,
        }
    }

    /// The one that is behind an error of `object_store`.
    pub(super) fn behind(error: &object_store::Error) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(current) = cause {
            if let Some(known) = current.downcast_ref::<Self>() {
                return known.clone();
            }
            cause = current.source();
        }
        // An answer that is not what was asked for. What it says of itself could hold an address.
        Self::Failed {
            status: 0,
            code: "an answer that cannot be read".to_owned(),
        }
    }
}

impl From<EgressError> for BucketError {
    fn from(error: EgressError) -> Self {
        match error {
            EgressError::Tls => Self::Tls,
            EgressError::PrivateAddress | EgressError::Insecure | EgressError::Undeclared(_) => {
                Self::Address
            }
            EgressError::Redirect { .. } => Self::Redirect,
            EgressError::TooLarge { status } | EgressError::Malformed { status } => Self::Failed {
                status,
                code: String::new(),
            },
            _ => Self::Unreachable,
        }
    }
}

impl From<BucketError> for io::Error {
    fn from(error: BucketError) -> Self {
        let kind = match error {
            BucketError::Missing => io::ErrorKind::NotFound,
            BucketError::OutOfRange => io::ErrorKind::UnexpectedEof,
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

/// The code of an answer, without what could be anything else.
pub(super) fn code_in(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let code = text
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"))
        .map_or("", |(code, _)| code);
    let is_word = (1..=60).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric());
    if is_word { code } else { "" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_told_by_its_code_and_nothing_else_of_it() {
        for (status, body, means) in [
            (
                403,
                "<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>AKID</AWSAccessKeyId></Error>",
                BucketError::Denied("SignatureDoesNotMatch".to_owned()),
            ),
            (
                404,
                "<Error><Code>NoSuchBucket</Code></Error>",
                BucketError::NoBucket,
            ),
            (404, "", BucketError::Missing),
            (416, "<Code>InvalidRange</Code>", BucketError::OutOfRange),
            (
                503,
                "<Code>SlowDown</Code>",
                BucketError::Failed {
                    status: 503,
                    code: "SlowDown".to_owned(),
                },
            ),
            (
                500,
                "<Code>a b\nc</Code>",
                BucketError::Failed {
                    status: 500,
                    code: String::new(),
                },
            ),
        ] {
            assert_eq!(
                BucketError::of_answer(status, code_in(body.as_bytes())),
                means
            );
        }
    }
}
