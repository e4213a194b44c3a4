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

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use http::StatusCode;

pub use kind::Kind;
pub(crate) use render::{page, problem_json};

/// One problem on its way to whoever asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    kind: Kind,
    /// A status and code from further down, in place of the kind's own.
    coded: Option<(u16, String)>,
    /// A sentence about this very case, in place of the kind's own.
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
    pub const fn new(kind: Kind) -> Self {
        Self {
            kind,
            coded: None,
            detail: None,
            fields: BTreeMap::new(),
            retry_after: None,
            cause: None,
        }
    }

    /// The same, with a sentence about this very case.
    #[must_use]
    pub fn saying(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The same, with what is wrong about a field.
    #[must_use]
    pub fn field(mut self, name: &'static str, wrong: impl Into<String>) -> Self {
        self.fields.insert(name, wrong.into());
        self
    }

    /// The same, with a time to try again, in seconds.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The same, with a reason that only the log gets.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The same, with a status and code from further down.
    pub(crate) fn coded(mut self, status: u16, code: impl Into<String>) -> Self {
        self.coded = Some((status, code.into()));
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.coded
            .as_ref()
            .map_or(self.kind.status, |(status, _)| *status)
    }

    /// Stable, for programs: `room.what`.
    pub fn code(&self) -> &str {
        self.coded.as_ref().map_or(self.kind.code, |(_, code)| code)
    }

    /// What kind.
    pub const fn kind(&self) -> &Kind {
        &self.kind
    }

    /// What to tell a person or a program.
    pub fn sentence(&self) -> &str {
        self.detail.as_deref().unwrap_or(self.kind.sentence)
    }

    /// What is wrong, by field.
    pub(crate) const fn fields(&self) -> &BTreeMap<&'static str, String> {
        &self.fields
    }

    /// Says in `headers` when to try again, where that is known.
    pub(crate) fn retry_after_header(&self, headers: &mut http::HeaderMap) {
        if let Some(seconds) = self.retry_after {
            headers.insert(http::header::RETRY_AFTER, http::HeaderValue::from(seconds));
        }
    }

    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
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
