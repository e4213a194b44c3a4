use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::oauth::Scope;

/// An error of the API (RFC 9457). `code` is stable; `detail` is for people.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            headers: Vec::new(),
        }
    }

    pub(super) fn not_found(detail: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    pub(super) fn parameter(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_parameter", detail)
    }

    pub(super) fn body(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_body", detail)
    }

    /// No bearer token was sent (RFC 6750 3.1: then the challenge names no error).
    pub(super) fn no_token() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "token_required",
            "send a bearer token",
        )
        .with(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"tracker\""),
        )
    }

    /// The token is unknown, old or revoked (RFC 6750 3.1).
    pub(super) fn invalid_token() -> Self {
        let detail = "the token is unknown, has expired, or was revoked";
        Self::new(StatusCode::UNAUTHORIZED, "invalid_token", detail).with(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"tracker\", error=\"invalid_token\""),
        )
    }

    /// The token is good and does not reach this far (RFC 6750 3.1).
    pub(super) fn insufficient_scope(needed: Scope) -> Self {
        let name = needed.name();
        let challenge =
            format!("Bearer realm=\"tracker\", error=\"insufficient_scope\", scope=\"{name}\"");
        let problem = Self::new(
            StatusCode::FORBIDDEN,
            "insufficient_scope",
            format!("this needs the scope {name}"),
        );
        match HeaderValue::from_str(&challenge) {
            Ok(value) => problem.with(header::WWW_AUTHENTICATE, value),
            Err(_) => problem,
        }
    }

    pub(super) fn rate_limited(retry_after_seconds: u64) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limited",
            "too many requests; wait a little",
        )
        .with(header::RETRY_AFTER, retry_after_seconds.into())
    }

    /// The change could not be saved, and did not happen.
    pub(super) fn unavailable() -> Self {
        let detail = "the change could not be saved; nothing has changed";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": format!("urn:tracker:problem:{}", self.code),
            "title": self.status.canonical_reason().unwrap_or_default(),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        let mut response = (self.status, Json(body)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response.headers_mut().extend(self.headers);
        response
    }
}
