//! Answers in the form of RFC 6749 5.

use ::oauth::{NewClientError, TokenError};
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::extract::Form;
use crate::problem::Problem;
use crate::throttle::Wait;

/// Why a client gets nothing: an answer of the protocol's, or a problem of ours.
#[derive(Debug)]
pub(super) enum Refusal {
    /// RFC 6749 5.2.
    Told(&'static str, String),
    /// Too many tries.
    Wait(u64),
    /// Something of ours broke.
    Problem(Box<Problem>),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Told(code, description) => {
                // RFC 6749 5.2: 401 is for clients that authenticate, and none of ours does.
                let body = json!({ "error": code, "error_description": description });
                (StatusCode::BAD_REQUEST, Json(body)).into_response()
            }
            Self::Wait(seconds) => {
                let body = json!({
                    "error": "temporarily_unavailable",
                    "error_description": format!("too many tries: wait {seconds} s"),
                });
                let status = StatusCode::TOO_MANY_REQUESTS;
                let mut response = (status, Json(body)).into_response();
                let after = HeaderValue::from(seconds);
                response.headers_mut().insert(header::RETRY_AFTER, after);
                response
            }
            Self::Problem(problem) => problem.into_response(),
        }
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        match (error.code(), error) {
            (Some(code), error) => Self::Told(code, error.to_string()),
            (None, TokenError::Database(error)) => Self::from(Problem::from(error)),
            (None, error) => Self::Told("server_error", error.to_string()),
        }
    }
}

impl From<NewClientError> for Refusal {
    fn from(error: NewClientError) -> Self {
        let code = match &error {
            NewClientError::RedirectUri => "invalid_redirect_uri",
            NewClientError::Metadata(_) => "invalid_client_metadata",
            NewClientError::Database(_) => {
                let NewClientError::Database(error) = error else {
                    return Self::Told("server_error", String::new());
                };
                return Self::from(Problem::from(error));
            }
        };
        Self::Told(code, error.to_string())
    }
}

impl From<Wait> for Refusal {
    fn from(Wait(seconds): Wait) -> Self {
        Self::Wait(seconds)
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

/// A parameter that may be absent. An empty one is (RFC 6749 3.1), and one that is there twice has no
/// meaning.
pub(super) fn optional<'a>(form: &'a Form, name: &str) -> Result<Option<&'a str>, TokenError> {
    if form.fields().filter(|(field, _)| *field == name).count() > 1 {
        return Err(TokenError::InvalidRequest("a parameter is there twice"));
    }
    Ok(Some(form.get(name)).filter(|value| !value.is_empty()))
}

/// A parameter that must be there.
pub(super) fn required<'a>(
    form: &'a Form,
    name: &str,
    missing: &'static str,
) -> Result<&'a str, TokenError> {
    optional(form, name)?.ok_or(TokenError::InvalidRequest(missing))
}
