use super::{Finding, REDACTED};

/// Beginnings of tokens that are told by their form: ours first, then those of well-known
/// providers. Behind each, at least as many letters of a token follow as stand beside it.
const PREFIXES: [(&str, usize); 28] = [
    ("csk_", 6),
    ("css_", 6),
    ("csj_", 6),
    ("csl_", 6),
    ("csv_", 6),
    ("csr_", 6),
    ("csi_", 6),
    ("cso_", 6),
    ("ghp_", 10),
    ("gho_", 10),
    ("ghu_", 10),
    ("ghs_", 10),
    ("ghr_", 10),
    ("github_pat_", 10),
    ("glpat-", 10),
    ("xoxb-", 8),
    ("xoxp-", 8),
    ("xoxa-", 8),
    ("xapp-", 8),
    ("lin_api_", 8),
    ("lin_oauth_", 8),
    ("sk-", 16),
    ("sk_live_", 8),
    ("sk_test_", 8),
    ("whsec_", 8),
    ("ya29.", 8),
    ("AKIA", 12),
    // A JSON web token: base64url of `{"`.
    ("eyJ", 12),
];

/// The schemes of RFC 9110 11.4 whose credentials follow behind a blank.
const SCHEMES: [&str; 4] = ["bearer", "basic", "token", "dpop"];
/// Prose goes on behind these words too. Behind `bearer` anything of some length is a credential;
/// behind the others it also has to look like one.
const SHORTEST_BEARER: usize = 6;
const SHORTEST_CREDENTIAL: usize = 8;

/// Telegram's have 8 to 10 digits, and 35 letters.
const SHORTEST_BOT_NUMBER: usize = 6;
const SHORTEST_BOT_SECRET: usize = 30;

const PEM_BEGIN: &str = "-----BEGIN ";
const PEM_END: &str = "-----END ";

/// Finds what has the form of a credential.
pub(super) fn find(text: &str, findings: &mut Vec<Finding>) {
    prefixed(text, findings);
    bot_tokens(text, findings);
    schemes(text, findings);
    private_keys(text, findings);
}

fn prefixed(text: &str, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let mut done = 0;
    for at in 0..bytes.len() {
        if at < done {
            continue;
        }
        let rest = &bytes[at..];
        // Not in the middle of a word: `task-` is not `sk-`. Our own stand anywhere.
        if at > 0 && bytes[at - 1].is_ascii_alphanumeric() && !rest.starts_with(b"cs") {
            continue;
        }
        let found = PREFIXES.iter().find_map(|(prefix, least)| {
            let body = rest.strip_prefix(prefix.as_bytes())?;
            let length = body.iter().take_while(|byte| is_token(**byte)).count();
            (length >= *least).then_some(prefix.len() + length)
        });
        if let Some(length) = found {
            done = at + length;
            findings.push(Finding {
                range: at..done,
                instead: REDACTED,
            });
        }
    }
}

/// Tokens of bots, which stand in the path of addresses: a number, a colon and a long text.
fn bot_tokens(text: &str, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices(':') {
        let before = bytes[..at].iter().rev();
        let number = before.take_while(|byte| byte.is_ascii_digit()).count();
        let after = bytes[at + 1..].iter();
        let secret = after.take_while(|byte| is_token(**byte)).count();
        if number >= SHORTEST_BOT_NUMBER && secret >= SHORTEST_BOT_SECRET {
            findings.push(Finding {
                range: at - number..at + 1 + secret,
                instead: REDACTED,
            });
        }
    }
}

fn schemes(text: &str, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let word = bytes[at..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        if word == 0 {
            at += 1;
            continue;
        }
        let name = &bytes[at..at + word];
        at += word;
        let Some(scheme) = SCHEMES
            .iter()
            .find(|s| name.eq_ignore_ascii_case(s.as_bytes()))
        else {
            continue;
        };
        let start = at + blank(bytes, at);
        let end = start
            + bytes[start..]
                .iter()
                .take_while(|byte| is_credential(**byte))
                .count();
        if start > at
            && (*scheme == "bearer" && end - start >= SHORTEST_BEARER
                || is_credential_text(&bytes[start..end]))
        {
            findings.push(Finding {
                range: start..end,
                instead: REDACTED,
            });
            at = end;
        }
    }
}

/// The length of the blank behind a scheme, plain or percent-encoded.
fn blank(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    if rest.len() > 3 && rest[..3].eq_ignore_ascii_case(b"%20") {
        return 3;
    }
    rest.iter().take_while(|byte| **byte == b' ').count()
}

fn is_credential_text(bytes: &[u8]) -> bool {
    bytes.len() >= SHORTEST_CREDENTIAL
        && (bytes.len() >= 24
            || bytes
                .iter()
                .any(|byte| byte.is_ascii_digit() || b"=+/".contains(byte))
            || bytes
                .windows(2)
                .any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()))
}

fn private_keys(text: &str, findings: &mut Vec<Finding>) {
    let mut from = 0;
    while let Some(begin) = text.get(from..).and_then(|rest| rest.find(PEM_BEGIN)) {
        let begin = from + begin;
        let rest = text.get(begin..).unwrap_or_default();
        let label = rest
            .get(PEM_BEGIN.len()..)
            .and_then(|label| label.split("-----").next());
        // Up to the end of the text where the end is cut off.
        let length = rest
            .find(PEM_END)
            .map_or(rest.len(), |end| end + PEM_END.len());
        if label.is_some_and(|label| label.contains("PRIVATE KEY")) {
            findings.push(Finding {
                range: begin..begin + length,
                instead: REDACTED,
            });
        }
        from = begin + length;
    }
}

/// `token68` of RFC 9110 11.2.
const fn is_credential(byte: u8) -> bool {
    is_token(byte) || matches!(byte, b'~' | b'+' | b'/' | b'=')
}

const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}
