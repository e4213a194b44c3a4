//! What went wrong, for a person.

use askama::Template;
use time::Duration;

use crate::Page;

/// A page instead of the one that was asked for.
#[derive(Debug, Clone, Template)]
#[template(path = "problem/problem.html")]
pub struct Problem {
    /// What every page shares.
    pub page: Page,
    /// What kind.
    pub kind: ProblemKind,
    /// Stable code for machines: `approvals.expired`; empty when the kind says it all.
    pub code: String,
    /// A sentence about this very case; empty for the kind's own.
    pub detail: String,
}

/// The kinds of problems that have a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// 400.
    BadRequest,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// 405.
    MethodNotAllowed,
    /// 413.
    TooLarge,
    /// 429, and when to try again.
    TooManyRequests(Duration),
    /// 500.
    Internal,
    /// 503.
    Unavailable,
}

impl ProblemKind {
    /// HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::TooLarge => 413,
            Self::TooManyRequests(_) => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    /// Heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::BadRequest => "This request does not make sense",
            Self::Forbidden => "You may not do this",
            Self::NotFound => "There is nothing here",
            Self::MethodNotAllowed => "This address cannot be used that way",
            Self::TooLarge => "This is too large",
            Self::TooManyRequests(_) => "Too many tries",
            Self::Internal => "Something broke on our side",
            Self::Unavailable => "Not available right now",
        }
    }

    /// What happened and what to do.
    pub fn sentence(self) -> String {
        match self {
            Self::BadRequest => "The page may be out of date. Go back, reload it and try again.".to_owned(),
            Self::Forbidden => "Your role does not include it. Ask an admin of your organisation.".to_owned(),
            Self::NotFound => {
                "The address is wrong, or the thing is not yours to see. Both look the same on purpose.".to_owned()
            }
            Self::MethodNotAllowed => "Go back and use the buttons of the page.".to_owned(),
            Self::TooLarge => "Send a smaller file, or compress it with gzip.".to_owned(),
            Self::TooManyRequests(wait) => {
                format!("Wait {}, then try again.", kernel::words::duration(wait.as_seconds_f64()))
            }
            Self::Internal => {
                "Reload to see whether your change was saved. If this stays, tell your operator the number below."
                    .to_owned()
            }
            Self::Unavailable => "Countersign is starting or stopping. Try again in a minute.".to_owned(),
        }
    }
}
