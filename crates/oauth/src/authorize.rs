use serde::Deserialize;
use url::Url;

use crate::{Client, Resources, USUAL_SCOPES, pkce, redirect};

/// An authorization request as it came (RFC 6749 4.1.1, RFC 7636 4.3, RFC 8707 2). What it has besides
/// is ignored, as RFC 6749 3.1 asks.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct RawRequest {
    /// Who asks.
    pub client_id: Option<String>,
    /// Where to answer.
    pub redirect_uri: Option<String>,
    /// `code`.
    pub response_type: Option<String>,
    /// Permissions, separated by spaces.
    pub scope: Option<String>,
    /// Given back as it is.
    pub state: Option<String>,
    /// Of a verifier that the client keeps.
    pub code_challenge: Option<String>,
    /// `S256`.
    pub code_challenge_method: Option<String>,
    /// Where the tokens are to be good.
    pub resource: Option<String>,
}

/// A request that a person may be asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where the answer goes: one of the client's own addresses.
    pub returned: Returned,
    /// The proof key's challenge.
    pub(crate) challenge: [u8; 32],
    /// Permissions that a client may have, each once.
    pub scopes: Vec<String>,
    /// Where the tokens will be good.
    pub resource: String,
}

/// The way back to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// One of the client's own addresses.
    pub redirect_uri: String,
    state: Option<String>,
    issuer: String,
}

/// What is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The address is not the client's: nothing may be sent there (RFC 6749 4.1.2.1).
    #[error("the client did not register this address to be answered at")]
    RedirectUri,
    /// To be told to the client.
    #[error("{description}")]
    Told {
        /// The way back.
        returned: Returned,
        /// The code (RFC 6749 4.1.2.1).
        code: &'static str,
        /// For whoever writes the client.
        description: &'static str,
    },
}

const MAX_STATE_LENGTH: usize = 500;
/// 128 bits in base64.
const LEAST_STATE_LENGTH: usize = 22;

impl Request {
    /// Checks a request of `client`. `grantable` says which permissions a client may have at all.
    pub fn check(
        raw: &RawRequest,
        client: &Client,
        resources: &Resources,
        grantable: impl Fn(&str) -> bool,
    ) -> Result<Self, RequestError> {
        let returned = Returned::check(raw, client, resources)?;
        let told = |code, description| RequestError::Told {
            returned: returned.clone(),
            code,
            description,
        };
        if raw.response_type.as_deref() != Some("code") {
            return Err(told("unsupported_response_type", "response_type is code"));
        }
        // OAuth 2.1 4.1.1, RFC 9700 2.1.1: no code without a proof key, and none that shows the key.
        if raw.code_challenge_method.as_deref() != Some("S256") {
            return Err(told("invalid_request", "code_challenge_method is S256"));
        }
        let challenge = raw.code_challenge.as_deref().and_then(pkce::challenge);
        let challenge = challenge.ok_or_else(|| {
            told(
                "invalid_request",
                "code_challenge is the SHA-256 of the verifier, in base64url",
            )
        })?;
        // The desktop app binds each start to a state that nobody guesses (ID-07).
        let state_length = raw.state.as_deref().map_or(0, str::len);
        if client.verified && state_length < LEAST_STATE_LENGTH {
            return Err(told("invalid_request", "state has at least 128 bits"));
        }
        let resource = resources.find(raw.resource.as_deref());
        let resource = resource
            .ok_or_else(|| told("invalid_target", "the resource is none of this server's"))?
            .to_owned();
        let scopes = scopes(raw.scope.as_deref(), grantable);
        if scopes.is_empty() {
            return Err(told("invalid_scope", "no scope that a client may have"));
        }
        Ok(Self {
            returned,
            challenge,
            scopes,
            resource,
        })
    }
}

/// The permissions that a client names and may have; the usual ones where it names none. Names that
/// mean nothing here are left out (RFC 6749 3.3 lets a server do so, and says what it gave).
pub(crate) fn scopes(named: Option<&str>, grantable: impl Fn(&str) -> bool) -> Vec<String> {
    let named = named.filter(|text| !text.trim().is_empty());
    let mut scopes: Vec<String> = match named {
        Some(text) => text.split(' ').map(str::to_owned).collect(),
        None => USUAL_SCOPES.map(str::to_owned).into(),
    };
    scopes.retain(|name| grantable(name));
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

impl Returned {
    fn check(
        raw: &RawRequest,
        client: &Client,
        resources: &Resources,
    ) -> Result<Self, RequestError> {
        let uri = raw.redirect_uri.as_deref().unwrap_or_default();
        let state_length = raw.state.as_deref().map_or(0, str::len);
        if !client.answers_at(uri) || state_length > MAX_STATE_LENGTH {
            return Err(RequestError::RedirectUri);
        }
        Ok(Self {
            redirect_uri: uri.to_owned(),
            state: raw.state.clone(),
            issuer: resources.issuer.clone(),
        })
    }

    /// Whether the answer goes to a program on the person's own computer.
    pub fn is_on_this_computer(&self) -> bool {
        Url::parse(&self.redirect_uri).is_ok_and(|url| redirect::is_loopback(&url))
    }

    /// The address with an answer (RFC 6749 4.1.2), which names its issuer (RFC 9207): a client of
    /// several servers must notice when one answers for another.
    pub fn with(&self, answer: &[(&str, &str)]) -> Option<Url> {
        let mut url = Url::parse(&self.redirect_uri).ok()?;
        {
            let mut query = url.query_pairs_mut();
            query.extend_pairs(answer);
            if let Some(state) = &self.state {
                query.append_pair("state", state);
            }
            query.append_pair("iss", &self.issuer);
        }
        Some(url)
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;

    fn client(verified: bool) -> Client {
        Client {
            id: "client".to_owned(),
            name: "Client".to_owned(),
            redirect_uris: vec!["http://127.0.0.1/callback".to_owned()],
            verified,
            created_at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    fn raw() -> RawRequest {
        RawRequest {
            client_id: Some("client".to_owned()),
            redirect_uri: Some("http://127.0.0.1:5000/callback".to_owned()),
            response_type: Some("code".to_owned()),
            scope: Some("insight.read approvals.decide openid insight.read".to_owned()),
            state: Some("a b&c".to_owned()),
            code_challenge: Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned()),
            code_challenge_method: Some("S256".to_owned()),
            resource: None,
        }
    }

    fn check(raw: &RawRequest, verified: bool) -> Result<Request, RequestError> {
        let resources = Resources::new("https://countersign.example");
        let grantable = |name: &str| ["insight.read", "approvals.propose"].contains(&name);
        Request::check(raw, &client(verified), &resources, grantable)
    }

    fn code(raw: &RawRequest, verified: bool) -> &'static str {
        match check(raw, verified) {
            Err(RequestError::Told { code, .. }) => code,
            Err(RequestError::RedirectUri) => "page",
            Ok(_) => "asked",
        }
    }

    #[test]
    fn a_person_is_asked_only_for_what_a_client_may_have() {
        let request = check(&raw(), false).unwrap();
        assert_eq!(request.scopes, ["insight.read"]);
        let none = RawRequest {
            scope: Some("approvals.decide".to_owned()),
            ..raw()
        };
        assert_eq!(code(&none, false), "invalid_scope");
        let unnamed = RawRequest {
            scope: None,
            ..raw()
        };
        let request = check(&unnamed, false).unwrap();
        assert_eq!(request.scopes, ["approvals.propose", "insight.read"]);
    }

    #[test]
    fn there_is_no_code_without_a_proof_key_that_stays_secret() {
        let without = RawRequest {
            code_challenge: None,
            code_challenge_method: None,
            ..raw()
        };
        assert_eq!(code(&without, false), "invalid_request");
        for method in [None, Some("plain".to_owned()), Some("s256".to_owned())] {
            let plain = RawRequest {
                code_challenge_method: method,
                ..raw()
            };
            assert_eq!(code(&plain, false), "invalid_request");
        }
    }

    #[test]
    fn nothing_goes_to_an_address_that_is_not_the_clients() {
        for uri in [
            None,
            Some(""),
            Some("http://localhost:5000/callback"),
            Some("//evil.example"),
        ] {
            let elsewhere = RawRequest {
                redirect_uri: uri.map(str::to_owned),
                response_type: None,
                ..raw()
            };
            assert_eq!(code(&elsewhere, false), "page");
        }
    }

    #[test]
    fn the_desktop_app_starts_with_a_state_that_nobody_guesses() {
        assert_eq!(code(&raw(), true), "invalid_request");
        let guarded = RawRequest {
            state: Some("x".repeat(22)),
            ..raw()
        };
        assert_eq!(code(&guarded, true), "asked");
    }

    #[test]
    fn a_resource_that_is_not_ours_is_no_target() {
        let other = RawRequest {
            resource: Some("https://other.example/mcp".to_owned()),
            ..raw()
        };
        assert_eq!(code(&other, false), "invalid_target");
    }

    #[test]
    fn an_answer_carries_the_state_as_it_came_and_who_answers() {
        let returned = check(&raw(), false).unwrap().returned;
        assert_eq!(
            returned.with(&[("code", "x")]).unwrap().as_str(),
            "http://127.0.0.1:5000/callback?code=x&state=a+b%26c&iss=https%3A%2F%2Fcountersign.example"
        );
    }
}
