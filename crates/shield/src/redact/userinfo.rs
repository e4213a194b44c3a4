use super::{Finding, REDACTED};

/// Finds the passwords of URLs (`postgres://user:password@host`), and user names without a password,
/// which are often tokens (`https://ghp_…@github.com`).
pub(super) fn find(text: &str, findings: &mut Vec<Finding>) {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("://")) {
        let start = from + at + 3;
        let authority = authority(text, start);
        from = start;
        // The last `@`: a password may hold one that nobody encoded.
        let Some(length) = authority.rfind('@') else {
            continue;
        };
        let userinfo = authority.get(..length).unwrap_or_default();
        let secret = userinfo.find(':').map_or(0, |colon| colon + 1);
        if secret < length {
            findings.push(Finding {
                range: start + secret..start + length,
                instead: REDACTED,
            });
        }
    }
}

/// What stands between `://` and the path, the query, the fragment, or the end of the URL.
fn authority(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or_default();
    let ends = |c: char| c.is_whitespace() || "/?#\"'<>`{}|\\^".contains(c);
    rest.split(ends).next().unwrap_or_default()
}
