use std::ops::Range;

use super::name::{Kind, kind};
use super::{Finding, REDACTED, value};

/// How far a value behind a harmless word is looked at. A longer one is hidden unseen: with this
/// bound, a text of nothing but such words takes no more than linear time.
const LOOKED_AT_BYTES: usize = 2048;
/// A long run of hexadecimal or base64 behind `key` or `code` is one.
const LONG_RUN: usize = 16;

/// Finds values behind the names of credentials.
pub(super) fn find(text: &str, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !is_name(bytes[at]) {
            // `%26code` is `&code`: the digits are not of the name.
            at += if is_percent_encoded(&bytes[at..]) {
                3
            } else {
                1
            };
            continue;
        }
        let start = at;
        while at < bytes.len() && is_name(bytes[at]) {
            at += 1;
        }
        let name = text.get(start..at).unwrap_or_default();
        if let Some(found) = behind(text, name, start, at) {
            at = at.max(found.range.end);
            findings.push(found);
        }
    }
}

/// The value behind the name that stands at `start..end`, where it must not be told.
fn behind(text: &str, name: &str, start: usize, end: usize) -> Option<Finding> {
    let kind = kind(name);
    if kind == Kind::Harmless {
        return None;
    }
    let bytes = text.as_bytes();
    let in_xml = start > 0 && bytes[start - 1] == b'<';
    let separated = value::after_separator(bytes, end, in_xml)?;
    let range = match kind {
        Kind::Header => value::rest_of_line(bytes, separated),
        Kind::Secret => value::at(bytes, separated),
        Kind::SecretInUrl | Kind::Harmless => {
            let limit = bytes.len().min(separated + LOOKED_AT_BYTES);
            let range = value::at(&bytes[..limit], separated);
            let cut = range.end == limit && limit < bytes.len();
            if cut || in_query(bytes, start, range.end) {
                value::at(bytes, separated)
            } else {
                only_long_run(bytes, range)?
            }
        }
    };
    let told = &bytes[range.clone()];
    (!told.is_empty() && told != REDACTED.as_bytes()).then_some(Finding {
        range,
        instead: REDACTED,
    })
}

/// Whether a pair is one of a URL's query, a fragment or a form: something joins it to others.
fn in_query(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = &bytes[..start];
    let joined_before = before.last().is_some_and(|byte| b"?&#;".contains(byte))
        || [&b"%3f"[..], b"%26", b"%23", b"\\u0026", b"&amp;"]
            .iter()
            .any(|mark| ends_with_ignoring_case(before, mark));
    joined_before || bytes.get(end) == Some(&b'&')
}

fn ends_with_ignoring_case(bytes: &[u8], end: &[u8]) -> bool {
    bytes.len() >= end.len() && bytes[bytes.len() - end.len()..].eq_ignore_ascii_case(end)
}

fn only_long_run(bytes: &[u8], range: Range<usize>) -> Option<Range<usize>> {
    let run = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(byte);
    let value = &bytes[range.clone()];
    (value.len() >= LONG_RUN && value.iter().all(run)).then_some(range)
}

fn is_percent_encoded(bytes: &[u8]) -> bool {
    matches!(bytes, [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

/// `.` is left out: in `https://host/path.code=…` the name is `code`.
const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}
