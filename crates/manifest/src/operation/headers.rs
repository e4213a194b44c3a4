use std::collections::BTreeMap;

use crate::source::raw::Table;
use crate::source::{ManifestError, Source};

/// Headers that a manifest may not set: they carry credentials, frame the message, name its target,
/// or make a server take it for another method or another sender.
const FORBIDDEN: &[&str] = &[
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "cookie2",
    "date",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "keep-alive",
    "origin",
    "range",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-url",
    "x-real-ip",
    "x-rewrite-url",
    "accept-encoding",
    "set-cookie",
];
/// Families of such headers. `dropbox-api-select-` acts as another member of a team.
const FORBIDDEN_PREFIXES: &[&str] = &["proxy-", "sec-", "x-forwarded-", "dropbox-api-select-"];

/// RFC 9110 5.6.2, in lower case as HTTP/2 sends it.
pub(crate) fn is_token(name: &str) -> bool {
    let token = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=64).contains(&name.len()) && name.bytes().all(token)
}

/// Whether a manifest may set the header of this name.
pub(crate) fn is_settable(name: &str) -> bool {
    is_token(name)
        && !FORBIDDEN.contains(&name)
        && !FORBIDDEN_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

/// Reads fixed headers.
pub(crate) fn parse_headers(
    source: Source<'_>,
    raw: Option<&Table<String>>,
) -> Result<BTreeMap<String, String>, ManifestError> {
    let mut headers = BTreeMap::new();
    for (name, value) in raw.into_iter().flatten() {
        if !is_settable(name.get_ref()) {
            return Err(source.at(
                name,
                "a manifest sets headers in lower case, and none that carries credentials, frames \
                 the message or overrides its method, target or sender",
            ));
        }
        let text = value.get_ref();
        if text.is_empty() || !text.bytes().all(|b| matches!(b, b' '..=b'~')) || text.trim() != text
        {
            return Err(source.at(
                value,
                "a header's value is printable ASCII without outer spaces",
            ));
        }
        headers.insert(name.get_ref().clone(), text.clone());
    }
    Ok(headers)
}
