//! What went wrong, as RFC 9457 problem+json for programs and as a page for people.
//!
//! Each domain's errors are mapped once, exhaustively, in the file of its name, to a [`Kind`] of
//! `kind.rs`: status, stable code, sentence. Handlers return a [`Problem`]; the outermost layer
//! ([`crate::edge`]) gives it the form that fits whoever asked.

mod access;
mod approvals;
mod broker;
mod connectors;
mod database;
mod identity;
mod insight;
pub(crate) mod kind;
mod render;
pub(crate) mod scim;

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use http::StatusCode;

pub(crate) use self::scim::scim_error;
pub use kind::Kind;
pub(crate) use render::{page, problem_json};

/// One problem on its way to whoever asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    kind: Kind,
    about: Box<About>,
}

/// What there is to say about this very case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct About {
    /// A status and code from further down, in place of the kind's own.
    coded: Option<(u16, String)>,
    /// A sentence in place of the kind's own.
    detail: Option<String>,
    /// What is wrong, by field of the request.
    fields: BTreeMap<&'static str, String>,
    /// When to try again, in seconds.
    retry_after: Option<u64>,
    /// For the log alone.
    cause: Option<String>,
}

impl Problem {
    /// A problem of that kind, in its own words.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            about: Box::default(),
        }
    }

    /// The same, with a sentence about this very case.
    #[must_use]
    pub fn saying(mut self, detail: impl Into<String>) -> Self {
        self.about.detail = Some(detail.into());
        self
    }

    /// The same, with what is wrong about a field.
    #[must_use]
    pub fn field(mut self, name: &'static str, wrong: impl Into<String>) -> Self {
        self.about.fields.insert(name, wrong.into());
        self
    }

    /// The same, with a time to try again, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.about.retry_after = Some(seconds);
        self
    }

    /// The same, with a reason that only the log gets.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.about.cause = Some(cause.into());
        self
    }

    /// The same, with a status and code from further down.
    pub(crate) fn coded(mut self, status: u16, code: impl Into<String>) -> Self {
        self.about.coded = Some((status, code.into()));
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.about
            .coded
            .as_ref()
            .map_or(self.kind.status, |(status, _)| *status)
    }

    /// Stable, for programs: `room.what`.
    pub fn code(&self) -> &str {
        self.about
            .coded
            .as_ref()
            .map_or(self.kind.code, |(_, code)| code)
    }

    /// What kind.
    pub const fn kind(&self) -> &Kind {
        &self.kind
    }

    /// What to tell a person or a program.
    pub fn sentence(&self) -> &str {
        self.about.detail.as_deref().unwrap_or(self.kind.sentence)
    }

    /// What is wrong, by field.
    pub(crate) fn fields(&self) -> &BTreeMap<&'static str, String> {
        &self.about.fields
    }

    /// Says in `headers` when to try again, where that is known.
    pub(crate) fn retry_after_header(&self, headers: &mut http::HeaderMap) {
        if let Some(seconds) = self.about.retry_after {
            headers.insert(http::header::RETRY_AFTER, http::HeaderValue::from(seconds));
        }
    }

    pub(crate) fn cause(&self) -> Option<&str> {
        self.about.cause.as_deref()
    }
}

impl IntoResponse for Problem {
    /// The status and this problem as an extension: the outermost layer writes the body, since only
    /// it knows whether a page or a program asked.
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
