use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};
use kernel::Secret;
use manifest::{CredentialHeader, CredentialPlacement};
use reqwest::Request;
use zeroize::Zeroizing;

use super::error::EgressError;
use crate::credential::Credential;

/// Puts the credential where the app wants it: the one place that sends it. A credential travels as its class does,
/// or not at all.
pub(super) fn attach(
    request: &mut Request,
    placement: &CredentialPlacement,
    credential: &Credential,
) -> Result<(), EgressError> {
    match (placement, credential) {
        (
            CredentialPlacement::Header(header),
            Credential::OAuth2(text)
            | Credential::ApiKey(text)
            | Credential::InstallationToken(text),
        ) => attach_header(request, header, text),
        (CredentialPlacement::Basic, Credential::Basic(pair)) => attach_basic(request, pair),
        (CredentialPlacement::Query { key }, Credential::ApiKey(text)) => {
            request
                .url_mut()
                .query_pairs_mut()
                .append_pair(key, text.expose());
            Ok(())
        }
        (CredentialPlacement::Path { prefix }, Credential::BotToken(token)) => {
            attach_path(request, prefix, token)
        }
        _ => Err(EgressError::CredentialClass),
    }
}

/// In a header, behind what stands before it.
pub(super) fn attach_header(
    request: &mut Request,
    placement: &CredentialHeader,
    credential: &Secret<String>,
) -> Result<(), EgressError> {
    let name = HeaderName::from_bytes(placement.header.as_bytes());
    let name = name.map_err(|_| EgressError::Credential)?;
    let text = Zeroizing::new(format!("{}{}", placement.prefix, credential.expose()));
    insert(request, name, &text)
}

/// RFC 7617 2: user, colon and password, in UTF-8.
fn attach_basic(request: &mut Request, pair: &Secret<String>) -> Result<(), EgressError> {
    let pair = Zeroizing::new(BASE64_STANDARD.encode(pair.expose()));
    let text = Zeroizing::new(format!("Basic {}", *pair));
    insert(request, AUTHORIZATION, &text)
}

/// As the first segment of the path. A token that a path would not hold as it is, or that would end its segment, is
/// not sent.
fn attach_path(
    request: &mut Request,
    prefix: &str,
    token: &Secret<String>,
) -> Result<(), EgressError> {
    // RFC 3986 3.3, less what is encoded or means something else.
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':');
    if token.expose().is_empty() || !token.expose().bytes().all(plain) {
        return Err(EgressError::Credential);
    }
    let url = request.url_mut();
    let path = Zeroizing::new(format!("/{prefix}{}{}", token.expose(), url.path()));
    url.set_path(&path);
    if url.path() == *path {
        Ok(())
    } else {
        Err(EgressError::Credential)
    }
}

fn insert(request: &mut Request, name: HeaderName, text: &str) -> Result<(), EgressError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| EgressError::Credential)?;
    value.set_sensitive(true);
    request.headers_mut().insert(name, value);
    Ok(())
}
