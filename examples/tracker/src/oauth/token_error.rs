use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Why the token or revocation endpoint refuses (RFC 6749 5.2).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TokenError {
    #[error("invalid_request: {0}")]
    Request(&'static str),
    /// The client did not prove who it is.
    #[error("invalid_client")]
    Client,
    #[error("invalid_grant: {0}")]
    Grant(&'static str),
    #[error("invalid_scope: {0}")]
    Scope(&'static str),
    #[error("unsupported_grant_type")]
    GrantType,
    /// Nothing was changed; the same request may be sent again.
    #[error("temporarily_unavailable")]
    Unavailable,
}

impl TokenError {
    const fn parts(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Request(why) => (StatusCode::BAD_REQUEST, "invalid_request", why),
            Self::Client => (
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "the client or its secret is wrong",
            ),
            Self::Grant(why) => (StatusCode::BAD_REQUEST, "invalid_grant", why),
            Self::Scope(why) => (StatusCode::BAD_REQUEST, "invalid_scope", why),
            Self::GrantType => (
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "grant_type is authorization_code or refresh_token",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "the change could not be saved",
            ),
        }
    }
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (status, error, why) = self.parts();
        let body = serde_json::json!({ "error": error, "error_description": why });
        let mut response = (status, Json(body)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"tracker\", charset=\"UTF-8\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
