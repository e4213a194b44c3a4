use kernel::Secret;

use super::answer::TokenAnswer;
use super::{OAuthClient, OAuthError};
use crate::egress::Egress;

impl Egress {
    /// Trades a refresh token for new tokens (RFC 6749 6). Where it rotates, it is dead afterwards:
    /// the caller holds the lease that makes this the only refresh, and keeps the answer before
    /// anybody uses it.
    ///
    /// # Errors
    /// [`OAuthError::DeadGrant`] when the app no longer knows the token. Every other error leaves
    /// the grant alive as far as anybody knows.
    pub async fn refresh(
        &self,
        client: &OAuthClient<'_>,
        refresh_token: &Secret<String>,
    ) -> Result<TokenAnswer, OAuthError> {
        let parameters = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose().as_str()),
        ];
        self.token(client, parameters).await
    }
}
