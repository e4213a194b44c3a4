//! Makes a text safe for a log.
//!
//! Redaction is the last line, not the first: a secret is a `kernel::Secret`, which cannot be
//! printed. This is for what others print: a library's error that quotes a URL, an answer of a
//! provider in an error's text.

mod email;
mod name;
mod pair;
mod shape;
mod userinfo;
mod value;

use std::borrow::Cow;
use std::ops::Range;

/// What stands in the place of a secret.
pub(crate) const REDACTED: &str = "[redacted]";
/// What stands in the place of an e-mail address.
pub(crate) const EMAIL: &str = "[email]";

/// A part of a text that must not be told, and what is told instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) range: Range<usize>,
    pub(crate) instead: &'static str,
}

/// The text without credentials and e-mail addresses. Borrowed where there was nothing to take out.
///
/// Taken out are:
/// - values behind a name that says what they are (`access_token=…`, `"password":"…"`,
///   `authorization: …`), quoted or not, in URLs, JSON, headers, Rust's debug form and XML;
/// - behind names that can be harmless (`code`, `state`, `key`): values in a URL's query, and long
///   runs of hexadecimal or base64 anywhere;
/// - what has the form of a credential: our own tokens, bearer and basic credentials, JSON web
///   tokens, the tokens of well-known providers and of bots, private keys in PEM form, passwords in URLs;
/// - e-mail addresses.
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut findings = Vec::new();
    pair::find(text, &mut findings);
    shape::find(text, &mut findings);
    userinfo::find(text, &mut findings);
    email::find(text, &mut findings);
    if findings.is_empty() {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(replace(text, findings))
    }
}

/// Replaces all findings. Where two overlap, what is told is what the first says, once.
fn replace(text: &str, mut findings: Vec<Finding>) -> String {
    findings.sort_by_key(|finding| finding.range.start);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for Finding { range, instead } in findings {
        if range.start >= done {
            out.push_str(text.get(done..range.start).unwrap_or_default());
            out.push_str(instead);
        }
        done = done.max(range.end);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests;
