use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::Url;

/// Where an answer goes: a redirect URI that is registered, so that nothing is ever sent to a
/// stranger's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReturnAddress {
    pub(super) redirect_uri: String,
    /// The client's own word, given back unchanged.
    pub(super) state: Option<String>,
}

/// What the authorization endpoint tells the client (RFC 6749 4.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Code(String),
    Error(AuthorizeError, &'static str),
}

/// RFC 6749 4.1.2.1, as far as it can happen here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AuthorizeError {
    InvalidRequest,
    UnsupportedResponseType,
    InvalidScope,
    AccessDenied,
    TemporarilyUnavailable,
}

impl AuthorizeError {
    const fn name(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }
}

impl ReturnAddress {
    /// Sends the browser back to the client. 303 and not 302 or 307: RFC 9700 4.12, the form with
    /// the password must not be sent on.
    pub(super) fn send(&self, issuer: &str, outcome: &Outcome) -> Response {
        let location = self.location(issuer, outcome);
        location
            .and_then(|url| HeaderValue::from_str(url.as_str()).ok())
            .map_or_else(
                || StatusCode::INTERNAL_SERVER_ERROR.into_response(),
                |url| (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response(),
            )
    }

    fn location(&self, issuer: &str, outcome: &Outcome) -> Option<Url> {
        let mut url = Url::parse(&self.redirect_uri).ok()?;
        {
            let mut query = url.query_pairs_mut();
            match outcome {
                Outcome::Code(code) => query.append_pair("code", code),
                Outcome::Error(error, why) => query
                    .append_pair("error", error.name())
                    .append_pair("error_description", why),
            };
            if let Some(state) = &self.state {
                query.append_pair("state", state);
            }
            // RFC 9207: lets a client of several servers see which one answers.
            query.append_pair("iss", issuer);
        }
        Some(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_keeps_the_query_of_the_redirect_uri_and_names_the_issuer() {
        let address = ReturnAddress {
            redirect_uri: "https://a.example/cb?tenant=7".to_owned(),
            state: Some("a b&c".to_owned()),
        };
        let url = address.location("http://127.0.0.1:1", &Outcome::Code("xyz".to_owned()));
        assert_eq!(
            url.unwrap().as_str(),
            "https://a.example/cb?tenant=7&code=xyz&state=a+b%26c&iss=http%3A%2F%2F127.0.0.1%3A1"
        );
    }
}
