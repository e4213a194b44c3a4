use http::Method;
use kernel::Secret;
use manifest::Pkce;

use super::answer::TokenAnswer;
use super::call::{AuthCall, Authenticate, Parameters};
use super::{OAuthClient, OAuthError};
use crate::egress::Egress;

/// What came back from an authorization, and what was kept for it.
#[derive(Debug, Clone, Copy)]
pub struct CodeExchange<'a> {
    /// The code.
    pub code: &'a Secret<String>,
    /// The secret behind the challenge (RFC 7636 4.1).
    pub verifier: &'a Secret<String>,
    /// Where the person came back to, exactly as it was sent.
    pub redirect_uri: &'a str,
}

impl Egress {
    /// Trades a code for tokens (RFC 6749 4.1.3).
    ///
    /// # Errors
    /// [`OAuthError::DeadGrant`] when the code was used, has expired or is not this client's.
    pub async fn exchange_code(
        &self,
        client: &OAuthClient<'_>,
        exchange: &CodeExchange<'_>,
    ) -> Result<TokenAnswer, OAuthError> {
        let mut parameters = vec![
            ("grant_type", "authorization_code"),
            ("code", exchange.code.expose().as_str()),
            ("redirect_uri", exchange.redirect_uri),
        ];
        if client.oauth()?.pkce != Pkce::Never {
            parameters.push(("code_verifier", exchange.verifier.expose()));
        }
        self.token(client, parameters).await
    }

    /// One call of the token endpoint.
    pub(super) async fn token(
        &self,
        client: &OAuthClient<'_>,
        parameters: Parameters<'_>,
    ) -> Result<TokenAnswer, OAuthError> {
        let auth = client.oauth()?;
        let call = AuthCall {
            endpoint: &auth.token.endpoint,
            method: Method::POST,
            encoding: auth.token.encoding,
            authenticate: Authenticate::Client(auth.client_auth),
        };
        match self.call(client, call, parameters).await {
            Ok(answered) => TokenAnswer::read(answered, &auth.token),
            Err(OAuthError::Refused { error }) if auth.token.dead_grant.contains(&error) => {
                Err(OAuthError::DeadGrant)
            }
            Err(error) => Err(error),
        }
    }
}
