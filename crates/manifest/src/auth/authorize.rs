use url::Url;

use super::{OAuthPlane, Pkce};
use crate::address::{ConnectionFacts, FactsError};

/// What a person is asked to grant.
#[derive(Debug, Clone, Copy)]
pub struct AuthorizeRequest<'a> {
    /// The client's identifier.
    pub client_id: &'a str,
    /// Where the person comes back to.
    pub redirect_uri: &'a str,
    /// The scopes, each declared.
    pub scopes: &'a [&'a str],
    /// RFC 6749 10.12.
    pub state: &'a str,
    /// RFC 7636 4.2, by S256. Left out where the app breaks on it.
    pub code_challenge: &'a str,
}

/// No address can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizeError {
    /// The connection is incomplete.
    #[error(transparent)]
    Connection(#[from] FactsError),
    /// The endpoint does not parse; a manifest's own check should not let this happen.
    #[error("the authorization endpoint is no URL")]
    Endpoint,
}

impl OAuthPlane {
    /// The address to send a person to (RFC 6749 4.1.1).
    ///
    /// # Errors
    /// [`AuthorizeError::Connection`] when the app needs an instance address and there is none.
    pub fn authorize_url(
        &self,
        facts: &ConnectionFacts<'_>,
        request: &AuthorizeRequest<'_>,
    ) -> Result<Url, AuthorizeError> {
        let endpoint = self.authorize.url(facts, request.client_id)?;
        let mut url = Url::parse(&endpoint).map_err(|_| AuthorizeError::Endpoint)?;
        let scope = request.scopes.join(&self.scope_separator.to_string());
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", request.client_id)
                .append_pair("redirect_uri", request.redirect_uri)
                .append_pair("state", request.state);
            if !scope.is_empty() {
                query.append_pair("scope", &scope);
            }
            if self.pkce != Pkce::Never {
                query
                    .append_pair("code_challenge", request.code_challenge)
                    .append_pair("code_challenge_method", "S256");
            }
            query.extend_pairs(&self.authorize_extra);
        }
        Ok(url)
    }
}
