use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use url::Url;

use super::render::render;

/// Asks the owner to sign in and to allow what an application asks for.
#[derive(Debug, Template)]
#[template(path = "consent.html")]
pub(crate) struct ConsentPage<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) redirect_uri: &'a str,
    /// Name, what it allows, and how far.
    pub(crate) scopes: Vec<(&'static str, (&'static str, &'static str))>,
    /// The request, to be sent again with the decision.
    pub(crate) hidden: Vec<(&'a str, &'a str)>,
    pub(crate) login: &'a str,
    pub(crate) problem: Option<&'static str>,
}

impl ConsentPage<'_> {
    pub(crate) fn respond(&self, status: StatusCode) -> Response {
        let mut response = render(self, status);
        if let Ok(policy) = HeaderValue::from_str(&self.content_security_policy()) {
            response
                .headers_mut()
                .insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }

    /// Browsers check `form-action` for the redirect that answers the form as well, so the client's
    /// origin must be in it; without, the button does nothing.
    fn content_security_policy(&self) -> String {
        let back = self.back_to();
        format!(
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
             form-action 'self' {back}; frame-ancestors 'none'"
        )
    }

    /// Where the person goes afterwards: scheme, host and port.
    fn back_to(&self) -> String {
        Url::parse(self.redirect_uri)
            .map(|url| url.origin().ascii_serialization())
            .unwrap_or_default()
    }
}
