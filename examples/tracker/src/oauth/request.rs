use super::Scopes;
use super::pkce::Challenge;
use super::reply::{AuthorizeError, ReturnAddress};
use crate::query::{Parameters, Repeated};
use crate::settings::Client;

/// A request that a person can be asked about.
#[derive(Debug, Clone)]
pub(super) struct AuthorizationRequest {
    pub(super) back: ReturnAddress,
    pub(super) scopes: Scopes,
    pub(super) challenge: Challenge,
}

/// Why a person is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Nobody knows where to send an answer: the person is told, and stays here (RFC 6749 4.1.2.1).
    Stranger(&'static str),
    /// The client is told.
    Back(ReturnAddress, AuthorizeError, &'static str),
}

impl AuthorizationRequest {
    /// Checks everything that a client sends to `/authorize`.
    pub(super) fn parse(sent: &Parameters, client: &Client) -> Result<Self, Refusal> {
        let back = return_address(sent, client).map_err(Refusal::Stranger)?;
        match Self::parse_rest(sent) {
            Ok((scopes, challenge)) => Ok(Self {
                back,
                scopes,
                challenge,
            }),
            Err((error, why)) => Err(Refusal::Back(back, error, why)),
        }
    }

    fn parse_rest(
        sent: &Parameters,
    ) -> Result<(Scopes, Challenge), (AuthorizeError, &'static str)> {
        let one = |name| {
            sent.one(name).map_err(|_| {
                (
                    AuthorizeError::InvalidRequest,
                    "a parameter was sent more than once",
                )
            })
        };
        one("state")?;
        match one("response_type")? {
            Some("code") => {}
            Some(_) => {
                return Err((
                    AuthorizeError::UnsupportedResponseType,
                    "response_type is code",
                ));
            }
            None => return Err((AuthorizeError::InvalidRequest, "response_type is missing")),
        }
        // RFC 9700 2.1.1: PKCE for every client. RFC 7636 4.3: without a method it would be plain.
        let challenge = match (one("code_challenge")?, one("code_challenge_method")?) {
            (Some(challenge), Some("S256")) => Challenge::parse(challenge),
            _ => None,
        };
        let challenge = challenge.ok_or((
            AuthorizeError::InvalidRequest,
            "send a code_challenge, with code_challenge_method S256",
        ))?;
        let scopes: Scopes = one("scope")?
            .unwrap_or_default()
            .parse()
            .map_err(|_| (AuthorizeError::InvalidScope, "there is no such scope"))?;
        if scopes.is_empty() {
            return Err((AuthorizeError::InvalidScope, "ask for at least one scope"));
        }
        Ok((scopes, challenge))
    }
}

fn return_address(sent: &Parameters, client: &Client) -> Result<ReturnAddress, &'static str> {
    let one = |name| {
        sent.one(name)
            .map_err(|Repeated(_)| "A parameter was sent more than once.")
    };
    if one("client_id")? != Some(client.id.as_str()) {
        return Err("The application that sent you here is not known to this tracker.");
    }
    let redirect_uri = one("redirect_uri")?.unwrap_or_default();
    // RFC 9700 2.1: redirect URIs match exactly.
    if !client
        .redirect_uris
        .iter()
        .any(|registered| registered.is(redirect_uri))
    {
        return Err("The address to send you back to is not registered for this application.");
    }
    // A repeated state is refused later, by an answer to the client, which then carries none.
    let state = sent.one("state").ok().flatten().map(str::to_owned);
    Ok(ReturnAddress {
        redirect_uri: redirect_uri.to_owned(),
        state,
    })
}
