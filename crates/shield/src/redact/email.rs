use std::collections::HashSet;

use super::{EMAIL, Finding};

/// RFC 5321 4.5.3.1.1 allows 64; with a bound, a text of nothing but `%40` takes linear time.
const LONGEST_LOCAL: usize = 256;

/// Finds e-mail addresses, with `@` plain or percent-encoded.
pub(super) fn find(text: &str, findings: &mut Vec<Finding>) {
    // The `@` behind a URL's user name: the host stays told.
    let behind_secrets: HashSet<usize> = findings.iter().map(|finding| finding.range.end).collect();
    for (at, sign) in signs(text).filter(|(at, _)| !behind_secrets.contains(at)) {
        let (before, after) = (
            text.get(..at).unwrap_or_default(),
            text.get(at + sign..).unwrap_or_default(),
        );
        let start = at - local_length(before);
        let end = at + sign + domain_length(after);
        if start < at && end > at + sign {
            findings.push(Finding {
                range: start..end,
                instead: EMAIL,
            });
        }
    }
}

/// Where `@` stands, and in how many bytes.
fn signs(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let plain = text.match_indices('@');
    let encoded = text.match_indices("%40");
    plain.chain(encoded).map(|(at, sign)| (at, sign.len()))
}

/// How long the local part (RFC 5321 4.1.2, with the letters of RFC 6531) before the sign is.
fn local_length(before: &str) -> usize {
    if let Some(inside) = before.strip_suffix('"') {
        return inside.rfind('"').map_or(0, |open| before.len() - open);
    }
    let inside = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let letters = before
        .chars()
        .rev()
        .take(LONGEST_LOCAL)
        .take_while(|c| inside(*c));
    let length: usize = letters.map(char::len_utf8).sum();
    // What delimits in URLs and logs may stand in an address, and hardly ever does.
    let word = before.get(before.len() - length..).unwrap_or_default();
    let from = word
        .rfind(['=', '&', '?', '/', '\'', '`', '{', '|', '}'])
        .map_or(0, |cut| cut + 1);
    length - from
}

/// How long the domain is: at least two labels, the last of letters.
fn domain_length(after: &str) -> usize {
    let inside = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
    let domain = after.split(|c: char| !inside(c)).next().unwrap_or_default();
    let domain = domain.trim_end_matches(['.', '-']);
    let last = domain.rsplit_once('.').map_or("", |(_, last)| last);
    if last.chars().any(char::is_alphabetic) {
        domain.len()
    } else {
        0
    }
}
