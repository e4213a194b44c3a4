use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method};
use kernel::Secret;
use manifest::{ClientAuth, Encoding, Endpoint, Origin, RateHeaders, RateLimit, TokenFields};
use reqwest::{Body, Request, Response, Url};
use serde_json::Value;
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::{OAuthClient, OAuthError};
use crate::credential::Credential;
use crate::egress::attach::attach;
use crate::egress::body::read_limited;
use crate::egress::filter::{Sieve, filter};
use crate::egress::media::{Media, media};
use crate::egress::transport::{check_scheme, exchange};
use crate::egress::{Egress, EgressError};

/// Parameters of a call; a value may be a secret.
pub(in crate::egress) type Parameters<'a> = Vec<(&'a str, &'a str)>;

/// Token answers are small.
pub(in crate::egress) const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// The longest token, in bytes.
pub(in crate::egress) const MAX_TOKEN_BYTES: usize = 16 * 1024;
/// The longest error code of an app that is repeated, in bytes.
const MAX_ERROR_BYTES: usize = 64;

/// One call of the auth plane, but for its parameters.
pub(super) struct AuthCall<'a> {
    pub(super) endpoint: &'a Endpoint,
    pub(super) method: Method,
    pub(super) encoding: Encoding,
    pub(super) authenticate: Authenticate<'a>,
}

/// Who asks.
pub(super) enum Authenticate<'a> {
    Client(ClientAuth),
    Token(&'a Credential),
}

/// What an answer says, without its content.
pub(super) struct Answered {
    pub(super) status: u16,
    /// What it says about limits.
    pub(super) rate: RateLimit,
    /// The declared fields; null when there were none.
    pub(super) fields: Value,
}

impl Egress {
    /// Sends one call of the auth plane, whose endpoint is the manifest's alone.
    pub(super) async fn call(
        &self,
        client: &OAuthClient<'_>,
        call: AuthCall<'_>,
        parameters: Parameters<'_>,
    ) -> Result<Answered, OAuthError> {
        let facts = self.facts(client.instance);
        let url = call.endpoint.url(&facts, client.id)?;
        let request = request(&url, client, &call, parameters)?;
        let origin = Origin::of(request.url()).ok_or(UNDECLARED)?;
        check_scheme(&origin, &self.policy)?;
        // A code and a rotating refresh token work once: such a call is sent like a write.
        let door = self
            .clients
            .single_use(&origin)
            .map_err(|_| EgressError::Tls)?;
        let oauth = client.manifest.auth.oauth();
        let fields = oauth.map(|oauth| &oauth.token.fields);
        exchange(&door, request, self.policy.timeout, |response| {
            receive(response, &client.manifest.rate, fields)
        })
        .await
    }
}

const UNDECLARED: EgressError = EgressError::Undeclared(manifest::Undeclared::Address);

fn request<'a>(
    url: &str,
    client: &OAuthClient<'a>,
    call: &AuthCall<'_>,
    mut parameters: Parameters<'a>,
) -> Result<Request, OAuthError> {
    let url = Url::parse(url).map_err(|_| UNDECLARED)?;
    let mut request = Request::new(call.method.clone(), url);
    let headers = request.headers_mut();
    // GitHub answers with a form unless asked for JSON.
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let authorization = match call.authenticate {
        Authenticate::Token(token) => {
            let placement = &client.manifest.auth.credential;
            attach(&mut request, placement, token)?;
            None
        }
        Authenticate::Client(ClientAuth::Basic) => {
            let secret = client.secret.ok_or(OAuthError::NoSecret)?;
            Some(basic(client.id, secret)?)
        }
        Authenticate::Client(ClientAuth::Body) => {
            let secret = client.secret.ok_or(OAuthError::NoSecret)?;
            parameters.extend([("client_id", client.id), ("client_secret", secret.expose())]);
            None
        }
        Authenticate::Client(ClientAuth::None) => {
            parameters.push(("client_id", client.id));
            None
        }
    };
    let headers = request.headers_mut();
    headers.extend(authorization.map(|value| (AUTHORIZATION, value)));
    // Nothing to say is no body, of whichever type: Dropbox refuses an empty form.
    if !parameters.is_empty() {
        let (kind, body) = encode(call.encoding, &parameters);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        *request.body_mut() = Some(Body::from(Bytes::from_owner(body)));
    }
    Ok(request)
}

/// RFC 6749 2.3.1: both parts are form-encoded before they are joined.
pub(in crate::egress) fn basic(
    id: &str,
    secret: &Secret<String>,
) -> Result<HeaderValue, OAuthError> {
    let part = |text: &str| {
        Zeroizing::new(form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>())
    };
    let pair = Zeroizing::new(format!("{}:{}", *part(id), *part(secret.expose())));
    let text = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
    let mut value = HeaderValue::from_str(&text).map_err(|_| EgressError::Credential)?;
    value.set_sensitive(true);
    Ok(value)
}

pub(in crate::egress) fn encode(
    encoding: Encoding,
    parameters: &Parameters<'_>,
) -> (&'static str, Zeroizing<Vec<u8>>) {
    match encoding {
        Encoding::Form => {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(parameters);
            let text = form.finish();
            (
                "application/x-www-form-urlencoded",
                Zeroizing::new(text.into_bytes()),
            )
        }
        Encoding::Json => {
            let object: std::collections::BTreeMap<_, _> = parameters.iter().copied().collect();
            // A map of strings always has a JSON form.
            let text = serde_json::to_vec(&object).unwrap_or_default();
            ("application/json", Zeroizing::new(text))
        }
    }
}

/// Reads the declared fields whatever the status: errors come with 400, 401, 403 and 200.
async fn receive(
    response: Response,
    limits: &RateHeaders,
    fields: Option<&TokenFields>,
) -> Result<Answered, OAuthError> {
    let status = response.status().as_u16();
    let headers = response.headers();
    let rate = limits.read(|name| headers.get(name)?.to_str().ok());
    if (300..400).contains(&status) {
        return Err(EgressError::Redirect { status }.into());
    }
    // Whatever it says beside it: an app that asks for patience has not refused.
    if matches!(status, 429 | 500..=599) {
        return Err(EgressError::Status { status, rate }.into());
    }
    let kind = media(response.headers());
    let Some(fields) = fields.filter(|_| kind != Media::Other) else {
        // A revocation's answer may be empty, and an error page is no JSON: the status tells. Beyond it a manifest
        // says what to read with OAuth 2 alone.
        return Ok(Answered {
            status,
            rate,
            fields: Value::Null,
        });
    };
    let body = read_limited(response, MAX_ANSWER_BYTES).await?;
    let sieve = Sieve {
        tree: &fields.tree,
        mark: None,
        max_text_bytes: MAX_TOKEN_BYTES,
    };
    let found = match kind {
        Media::Form => from_form(body.as_slice(), fields),
        _ => filter(body.as_slice(), sieve).map_err(|_| EgressError::Malformed { status })?,
    };
    check_error(&found, fields)?;
    Ok(Answered {
        status,
        rate,
        fields: found,
    })
}

/// A form has no nesting: declared fields are found by their whole path.
fn from_form(body: &[u8], fields: &TokenFields) -> Value {
    let wanted = [
        &fields.access_token,
        &fields.refresh_token,
        &fields.expires_in,
        &fields.refresh_expires_in,
        &fields.scope,
        &fields.error,
    ];
    let names: Vec<String> = wanted.iter().map(ToString::to_string).collect();
    let pairs = form_urlencoded::parse(body);
    let declared = pairs.filter(|(name, value)| {
        names.iter().any(|wanted| wanted == name) && value.len() <= MAX_TOKEN_BYTES
    });
    declared
        .map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())))
        .collect()
}

/// Any error code makes the answer an error, whatever else it holds.
fn check_error(found: &Value, fields: &TokenFields) -> Result<(), OAuthError> {
    match fields.error.get(found) {
        Some(Value::String(error)) => Err(OAuthError::Refused {
            error: plain_code(error),
        }),
        _ => Ok(()),
    }
}

/// An error code of an app, if it looks like one.
pub(in crate::egress) fn plain_code(error: &str) -> String {
    // RFC 6749 5.2, narrowed to what real codes are, so that nothing else gets into a log.
    let plain =
        |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.');
    let known = (1..=MAX_ERROR_BYTES).contains(&error.len()) && error.bytes().all(plain);
    if known { error } else { "other" }.to_owned()
}
