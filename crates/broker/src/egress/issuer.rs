//! The calls that signing in by another issuer takes: its public documents, a code for tokens, and what it says
//! of a person. They leave through the same door as everything else, under the same guard.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method};
use kernel::Secret;
use manifest::{CredentialHeader, Encoding, FieldTree, Origin};
use reqwest::{Body, Request, Response, Url};
use serde_json::Value;

use super::answer::check_status;
use super::attach::attach_header;
use super::body::read_limited;
use super::client::GuardedClient;
use super::filter::{Sieve, filter};
use super::media::{Media, media};
use super::oauth::OAuthError;
use super::oauth::call::{
    MAX_ANSWER_BYTES, MAX_TOKEN_BYTES, Parameters, basic, encode, plain_code,
};
use super::transport::{check_scheme, exchange};
use super::{Egress, EgressError};

/// How this server shows an issuer's token endpoint who it is (RFC 6749 2.3).
#[derive(Debug, Clone, Copy)]
pub(crate) enum ClientProof<'a> {
    /// In a header, as every server must take it.
    Basic(&'a Secret<String>),
    /// In the form.
    Form(&'a Secret<String>),
    /// Not at all: PKCE alone.
    None,
}

/// A person waits in front of it.
const LIMIT: Duration = Duration::from_secs(10);

impl Egress {
    /// Reads the fields of a document that `tree` names; as whoever has `bearer`, where something is given.
    pub(crate) async fn read_of_issuer(
        &self,
        url: &Url,
        bearer: Option<&Secret<String>>,
        tree: &FieldTree,
    ) -> Result<Value, EgressError> {
        let mut request = Request::new(Method::GET, url.clone());
        request
            .headers_mut()
            .insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(token) = bearer {
            let placement = CredentialHeader {
                header: AUTHORIZATION.as_str().to_owned(),
                prefix: "Bearer ".to_owned(),
            };
            attach_header(&mut request, &placement, token)?;
        }
        let door = self.door(url, Clients::Shared)?;
        exchange(
            &door,
            request,
            self.patience(),
            async |response: Response| {
                check_status(response.status().as_u16(), manifest::RateLimit::default())?;
                read_json(response, tree).await
            },
        )
        .await
    }

    /// Trades a code for tokens (RFC 6749 4.1.3), and reads the fields that `tree` names.
    pub(crate) async fn redeem_at_issuer(
        &self,
        url: &Url,
        (client_id, proof): (&str, ClientProof<'_>),
        mut parameters: Parameters<'_>,
        tree: &FieldTree,
    ) -> Result<Value, OAuthError> {
        let mut request = Request::new(Method::POST, url.clone());
        let headers = request.headers_mut();
        // GitHub answers with a form unless asked for JSON.
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let secret_in_form = match proof {
            ClientProof::Basic(secret) => {
                headers.insert(AUTHORIZATION, basic(client_id, secret)?);
                None
            }
            ClientProof::Form(secret) => Some(secret),
            ClientProof::None => None,
        };
        if !matches!(proof, ClientProof::Basic(_)) {
            parameters.push(("client_id", client_id));
        }
        if let Some(secret) = secret_in_form {
            parameters.push(("client_secret", secret.expose()));
        }
        let (kind, body) = encode(Encoding::Form, &parameters);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        *request.body_mut() = Some(Body::from(Bytes::from_owner(body)));
        // A code works once.
        let door = self.door(url, Clients::Single)?;
        exchange(
            &door,
            request,
            self.patience(),
            async |response: Response| redeemed(response, tree).await,
        )
        .await
    }

    /// Whether a document of an issuer `from` may have this server call `to`. An organisation names issuers: what the
    /// operator listed is for what is declared there, and none of them leads to it but the one that is there itself.
    pub(crate) fn may_lead(&self, from: &Url, to: &Url) -> bool {
        match Origin::of(to) {
            Some(origin) => from.origin() == to.origin() || !self.policy.lists(&origin),
            None => false,
        }
    }

    fn door(&self, url: &Url, clients: Clients) -> Result<GuardedClient, EgressError> {
        let undeclared = EgressError::Undeclared(manifest::Undeclared::Address);
        if !url.username().is_empty() || url.password().is_some() {
            return Err(undeclared);
        }
        let origin = Origin::of(url).ok_or(undeclared)?;
        check_scheme(&origin, &self.policy)?;
        let client = match clients {
            Clients::Shared => self.clients.reader(&origin),
            Clients::Single => self.clients.single_use(&origin),
        };
        client.map_err(|_| EgressError::Tls)
    }

    fn patience(&self) -> Duration {
        self.policy.timeout.min(LIMIT)
    }
}

#[derive(Debug, Clone, Copy)]
enum Clients {
    Shared,
    Single,
}

/// Errors come with 400, 401 and 200: an answer that names one is one.
async fn redeemed(response: Response, tree: &FieldTree) -> Result<Value, OAuthError> {
    let status = response.status().as_u16();
    if (300..400).contains(&status) {
        return Err(EgressError::Redirect { status }.into());
    }
    let found = match read_json(response, tree).await {
        Err(error @ EgressError::ContentType { .. }) => {
            check_status(status, manifest::RateLimit::default())?;
            return Err(error.into());
        }
        other => other?,
    };
    match found.get("error") {
        Some(Value::String(error)) if error == "invalid_grant" => Err(OAuthError::DeadGrant),
        Some(Value::String(error)) => Err(OAuthError::Refused {
            error: plain_code(error),
        }),
        _ => {
            check_status(status, manifest::RateLimit::default())?;
            Ok(found)
        }
    }
}

async fn read_json(response: Response, tree: &FieldTree) -> Result<Value, EgressError> {
    let status = response.status().as_u16();
    if media(response.headers()) != Media::Json {
        return Err(EgressError::ContentType { status });
    }
    let body = read_limited(response, MAX_ANSWER_BYTES).await?;
    let sieve = Sieve {
        tree,
        mark: None,
        max_text_bytes: MAX_TOKEN_BYTES,
    };
    filter(body.as_slice(), sieve).map_err(|_| EgressError::Malformed { status })
}
