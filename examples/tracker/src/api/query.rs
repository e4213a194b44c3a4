use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::problem::Problem;

/// Query parameters, strictly: an unknown, repeated or malformed one is a problem, not a default,
/// so that a misspelt filter does not answer with everything.
#[derive(Debug)]
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(asked)| Self(asked))
            .map_err(|error| Problem::parameter(error.body_text()))
    }
}

/// Reads a moment (RFC 3339).
pub(super) fn moment(name: &str, text: &str) -> Result<OffsetDateTime, Problem> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
        Problem::parameter(format!(
            "{name} is a moment like 2026-01-31T09:00:00Z (RFC 3339)"
        ))
    })
}
