use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

use super::token_error::TokenError;
use crate::query::Parameters;
use crate::settings::Client;

/// A client that proved who it is.
#[derive(Debug)]
pub(super) struct AuthenticatedClient<'a>(&'a Client);

impl AuthenticatedClient<'_> {
    pub(super) fn id(&self) -> &str {
        &self.0.id
    }
}

/// Checks `client_secret_basic` or `client_secret_post` (RFC 6749 2.3.1).
///
/// # Errors
/// `invalid_client`, or `invalid_request` where both ways are used at once (RFC 6749 2.3).
pub(super) fn authenticate<'a>(
    client: &'a Client,
    headers: &HeaderMap,
    form: &Parameters,
) -> Result<AuthenticatedClient<'a>, TokenError> {
    let named = form.one("client_id").map_err(|_| REPEATED)?;
    let secret = form.one("client_secret").map_err(|_| REPEATED)?;
    let proven = match (basic(headers)?, secret) {
        (Some(_), Some(_)) => return Err(TokenError::Request("use one client authentication")),
        (Some((id, secret)), None) => {
            // Percent-encoded as the RFC has it, or bare as many clients do it.
            let bare = is(client, &id, &secret);
            let encoded = is(client, &decode(&id), &decode(&secret));
            (bare || encoded) && named.is_none_or(|named| named == client.id)
        }
        (None, Some(secret)) => is(client, named.unwrap_or_default(), secret),
        (None, None) => false,
    };
    if proven {
        Ok(AuthenticatedClient(client))
    } else {
        Err(TokenError::Client)
    }
}

const REPEATED: TokenError = TokenError::Request("a client parameter was sent more than once");

fn is(client: &Client, id: &str, secret: &str) -> bool {
    client.secret.matches(secret) && client.id == id
}

fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, TokenError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let read = || {
        let (scheme, credentials) = value.to_str().ok()?.split_once(' ')?;
        let text = STANDARD
            .decode(credentials.trim())
            .ok()
            .filter(|_| is_basic(scheme))?;
        let text = String::from_utf8(text).ok()?;
        text.split_once(':')
            .map(|(id, secret)| (id.to_owned(), secret.to_owned()))
    };
    read().map(Some).ok_or(TokenError::Client)
}

fn is_basic(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("basic")
}

fn decode(text: &str) -> String {
    let pair = format!("value={text}");
    let value = form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned());
    value.unwrap_or_default()
}
