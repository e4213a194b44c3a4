use manifest::Refusal;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::egress::error::EgressError;
use crate::egress::mail::lines::{Broken, Lines};

/// What a server answers (RFC 5321 4.2).
#[derive(Debug)]
pub(super) struct Reply {
    /// 200 to 599.
    pub(super) code: u16,
    /// What stands behind the code, line by line.
    pub(super) lines: Vec<String>,
}

/// Lines of one answer; an EHLO has one for each extension.
const MAX_LINES: usize = 128;

impl Reply {
    /// The next answer.
    pub(super) async fn read<S: AsyncRead + AsyncWrite + Unpin>(
        lines: &mut Lines<S>,
    ) -> Result<Self, Broken> {
        let mut reply = Self {
            code: 0,
            lines: Vec::new(),
        };
        loop {
            let line = lines.line().await?;
            let (code, goes_on, text) = parse(&line).ok_or(Broken::Closed)?;
            // RFC 5321 4.2.1: one answer has one code.
            if (reply.code != 0 && reply.code != code) || reply.lines.len() >= MAX_LINES {
                return Err(Broken::Closed);
            }
            reply.code = code;
            reply.lines.push(text);
            if !goes_on {
                return Ok(reply);
            }
        }
    }

    /// Whether it is one of those that say yes (2yz), or that more is to come (3yz).
    pub(super) const fn is_good(&self) -> bool {
        matches!(self.code, 200..=399)
    }

    /// What it says where it is not: that the server did not do it, now (4yz) or at all (5yz).
    pub(super) const fn refusal(&self) -> EgressError {
        EgressError::Declined {
            status: self.code,
            why: if self.code < 500 {
                Refusal::Wait
            } else {
                Refusal::Refused
            },
        }
    }

    /// The words behind a keyword of an EHLO's answer: the mechanisms of `AUTH`.
    pub(super) fn offers(&self, keyword: &str) -> Option<Vec<String>> {
        self.lines.iter().find_map(|line| {
            let mut words = line.split_ascii_whitespace().map(str::to_ascii_uppercase);
            (words.next()? == keyword).then(|| words.collect())
        })
    }
}

/// The code of a line, whether another line follows, and the rest.
fn parse(line: &[u8]) -> Option<(u16, bool, String)> {
    let line = String::from_utf8_lossy(line);
    let (code, rest) = line.split_at_checked(3)?;
    let code = code.parse().ok().filter(|code| {
        (200..=599).contains(code) && line.as_bytes().iter().take(3).all(u8::is_ascii_digit)
    })?;
    match rest.chars().next() {
        None => Some((code, false, String::new())),
        Some(' ') => Some((code, false, rest.trim().to_owned())),
        Some('-') => Some((code, true, rest.trim_start_matches('-').trim().to_owned())),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn any_line_is_read_or_refused(line in proptest::collection::vec(proptest::num::u8::ANY, 0..40)) {
            if let Some((code, _, _)) = parse(&line) {
                proptest::prop_assert!((200..=599).contains(&code));
            }
        }
    }

    #[test]
    fn a_line_is_a_code_and_a_sign() {
        assert_eq!(
            parse(b"250-SIZE 100"),
            Some((250, true, "SIZE 100".to_owned()))
        );
        assert_eq!(parse(b"250 OK"), Some((250, false, "OK".to_owned())));
        assert_eq!(parse(b"354"), Some((354, false, String::new())));
        for bad in [
            &b""[..],
            b"25",
            b"250x",
            b"+50 x",
            b"150 x",
            b"600 x",
            b" 250 x",
            b"2\xc3\xa90 x",
        ] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }
}
