use http::Method;
use manifest::{RevokeAuth, RevokeMethod, RevokeRule};

use super::call::{AuthCall, Authenticate};
use super::{OAuthClient, OAuthError};
use crate::credential::Credential;
use crate::egress::{Egress, EgressError};

/// What became of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// The app confirmed that it has ended, or, by RFC 7009 2.2, that it does not know it.
    Confirmed,
    /// The app has no way to be asked; the manifest says what to tell the person.
    NotPossible,
}

impl Egress {
    /// Ends a grant at the app (RFC 7009), as its manifest says; or a credential that was pasted.
    ///
    /// # Errors
    /// Everything that can go wrong on the way. It is destroyed here all the same.
    pub async fn revoke(
        &self,
        client: &OAuthClient<'_>,
        credential: &Credential,
    ) -> Result<Revoked, OAuthError> {
        let RevokeRule::Request(rule) = &client.manifest.auth.revoke else {
            return Ok(Revoked::NotPossible);
        };
        if credential.class() != client.manifest.auth.class() {
            return Err(EgressError::CredentialClass.into());
        }
        let call = AuthCall {
            endpoint: &rule.endpoint,
            method: match rule.method {
                RevokeMethod::Post => Method::POST,
                RevokeMethod::Delete => Method::DELETE,
            },
            encoding: rule.encoding,
            authenticate: match rule.authenticate {
                RevokeAuth::Client(how) => Authenticate::Client(how),
                RevokeAuth::Token => Authenticate::Token(credential),
            },
        };
        let field = rule.token_field.as_deref();
        let parameters = field
            .map(|name| (name, credential.text().expose().as_str()))
            .into_iter()
            .collect();
        let answered = self.call(client, call, parameters).await?;
        match answered.status {
            200..=299 => Ok(Revoked::Confirmed),
            // A token that lives for an hour is not accepted any more: that is its end.
            401 if matches!(credential, Credential::InstallationToken(_)) => Ok(Revoked::Confirmed),
            // A 404 as well: GitHub says so of a token that it does not know, but also where the
            // client's secret is wrong, and every server says so of an address that it does not have.
            status => Err(EgressError::Status {
                status,
                rate: answered.rate,
            }
            .into()),
        }
    }
}
