use tokio::io::{AsyncRead, AsyncWrite};

use super::MALFORMED;
use super::token::{Framed, Token, tokens};
use crate::egress::error::EgressError;
use crate::egress::mail::lines::{Broken, Lines};

/// What a server says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Response {
    /// It waits for more.
    GoOn,
    /// The end of the command with this tag.
    Done(String, Status),
    /// A status of its own.
    Told(Status),
    /// What it can do, in capitals.
    Capability(Vec<String>),
    /// How many mails the mailbox has.
    Exists(u32),
    /// UIDs that were found.
    Search(Vec<u32>),
    /// What it says of one mail.
    Fetch(Vec<Token>),
    /// Anything else: passed over.
    Other,
}

/// `OK`, `NO`, `BAD`, `BYE` or `PREAUTH`, and the words in brackets behind it, in capitals. Its text is not read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) word: String,
    pub(super) code: Vec<String>,
}

impl Status {
    pub(super) fn is_ok(&self) -> bool {
        self.word == "OK"
    }

    /// Whether its code is this one.
    pub(super) fn says(&self, code: &str) -> bool {
        self.code.first().is_some_and(|word| word == code)
    }

    /// The number behind this code.
    pub(super) fn number(&self, code: &str) -> Option<u32> {
        self.says(code)
            .then(|| self.code.get(1)?.parse().ok())
            .flatten()
    }
}

/// The longest text that is kept: headers are that long, and texts that nobody asked for are mostly longer.
const MAX_LITERAL_BYTES: usize = 32 * 1024;

impl From<Broken> for EgressError {
    /// For a read: of a write, `smtp` says itself what is known.
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Closed => Self::Unreachable { sent: true },
            Broken::TooLarge => Self::TooLarge {
                status: super::status::OK,
            },
        }
    }
}

/// Reads the next response.
pub(super) async fn next<S: AsyncRead + AsyncWrite + Unpin>(
    lines: &mut Lines<S>,
) -> Result<Response, EgressError> {
    let mut framed = Framed::default();
    loop {
        let line = lines.line().await?;
        if line.contains(&0) {
            return Err(MALFORMED);
        }
        let Some((length, rest)) = announced(&line)? else {
            framed.text.extend_from_slice(&line);
            return parse(&framed).ok_or(MALFORMED);
        };
        framed.text.extend_from_slice(rest);
        framed.text.push(0);
        let literal = lines.literal(length, MAX_LITERAL_BYTES).await?;
        if framed.literals.len() >= MAX_LITERALS {
            return Err(MALFORMED);
        }
        framed.literals.push(literal);
    }
}

/// Of a list of words, those that are looked at, and texts of one response: a server that says more of them costs no more.
const MAX_WORDS: usize = 100;
const MAX_LITERALS: usize = 100;

/// The length of the text that follows a line (RFC 9051 4.3), and the line without it.
fn announced(line: &[u8]) -> Result<Option<(u64, &[u8])>, EgressError> {
    let Some(start) = line.iter().rposition(|byte| *byte == b'{') else {
        return Ok(None);
    };
    let (before, rest) = line.split_at(start);
    let Some(digits) = rest
        .strip_prefix(b"{")
        .and_then(|rest| rest.strip_suffix(b"}"))
    else {
        return Ok(None);
    };
    let digits = digits.strip_suffix(b"+").unwrap_or(digits);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Ok(None);
    }
    let length = std::str::from_utf8(digits)
        .ok()
        .and_then(|text| text.parse().ok());
    // A length that no number holds is longer than anything that is read.
    let length = length.ok_or(EgressError::TooLarge {
        status: super::status::OK,
    })?;
    Ok(Some((length, before.strip_suffix(b"~").unwrap_or(before))))
}

fn parse(framed: &Framed) -> Option<Response> {
    let text = framed.text.as_slice();
    if text.first() == Some(&b'+') {
        return Some(Response::GoOn);
    }
    let (tag, rest) = word(text)?;
    if tag != "*" {
        return Some(Response::Done(tag, status(rest)?));
    }
    let (first, more) = word(rest)?;
    match first.as_str() {
        "OK" | "NO" | "BAD" | "BYE" | "PREAUTH" => Some(Response::Told(status(rest)?)),
        "CAPABILITY" => Some(Response::Capability(words(more))),
        "SEARCH" => Some(Response::Search(
            String::from_utf8_lossy(more)
                .split_ascii_whitespace()
                .filter_map(|text| text.parse().ok())
                .collect(),
        )),
        _ => numbered(framed, (&first, more)),
    }
}

/// `n EXISTS`, `n FETCH (…)`.
fn numbered(framed: &Framed, (first, more): (&str, &[u8])) -> Option<Response> {
    let Ok(number) = first.parse::<u32>() else {
        return Some(Response::Other);
    };
    let kind = word(more).map(|(kind, _)| kind).unwrap_or_default();
    match kind.as_str() {
        "EXISTS" => Some(Response::Exists(number)),
        // Everything else is passed over unread; of this the whole must be IMAP.
        "FETCH" => match tokens(framed)?.into_iter().nth(3)? {
            Token::List(items) => Some(Response::Fetch(items)),
            _ => None,
        },
        _ => Some(Response::Other),
    }
}

/// The first word, in capitals, and what follows it.
fn word(text: &[u8]) -> Option<(String, &[u8])> {
    let end = text
        .iter()
        .position(|byte| *byte == b' ')
        .unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let word = std::str::from_utf8(word)
        .ok()
        .filter(|word| !word.is_empty())?;
    Some((
        word.to_ascii_uppercase(),
        rest.strip_prefix(b" ").unwrap_or(rest),
    ))
}

fn words(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    let words = text.split_ascii_whitespace().take(MAX_WORDS);
    words.map(str::to_ascii_uppercase).collect()
}

fn status(text: &[u8]) -> Option<Status> {
    let (first, rest) = word(text)?;
    let code = rest.strip_prefix(b"[").and_then(|rest| {
        let end = rest.iter().position(|byte| *byte == b']')?;
        rest.get(..end).map(words)
    });
    Some(Status {
        word: first,
        code: code.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Response> {
        parse(&Framed {
            text: text.as_bytes().to_vec(),
            literals: Vec::new(),
        })
    }

    #[test]
    fn statuses_have_a_word_and_a_code() {
        let Some(Response::Told(status)) = read("* OK [UIDVALIDITY 3857529045] UIDs valid") else {
            unreachable!()
        };
        assert!(status.is_ok());
        assert_eq!(status.number("UIDVALIDITY"), Some(3_857_529_045));
        assert_eq!(status.number("UIDNEXT"), None);
        let Some(Response::Done(tag, status)) = read("a1 no [authenticationfailed] x") else {
            unreachable!()
        };
        assert_eq!((tag.as_str(), status.word.as_str()), ("A1", "NO"));
        assert!(status.says("AUTHENTICATIONFAILED"));
    }

    #[test]
    fn what_nobody_asked_for_is_passed_over() {
        for text in [
            "* LIST (",
            "* 3 EXPUNGE",
            "* X-WHATEVER ((((",
            "* 99999999999 FETCH",
        ] {
            assert_eq!(read(text), Some(Response::Other), "{text}");
        }
        for bad in ["", "* ", "* 1 FETCH", "* 1 FETCH x", "* 1 FETCH (UID"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(
            read("* SEARCH 2 x 84 -1"),
            Some(Response::Search(vec![2, 84]))
        );
    }

    #[test]
    fn a_length_is_digits_in_braces_at_the_end() {
        assert_eq!(
            announced(b"* 1 FETCH (B {12}"),
            Ok(Some((12, &b"* 1 FETCH (B "[..])))
        );
        assert_eq!(announced(b"a ~{0+}"), Ok(Some((0, &b"a "[..]))));
        for none in [&b"a"[..], b"{", b"{}", b"{x}", b"{1} b", b"{-1}", b"}"] {
            assert_eq!(announced(none), Ok(None), "{none:?}");
        }
        assert!(announced(b"{99999999999999999999999}").is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_read_or_refused(text in "(\\* )?([0-9]{1,3} FETCH )?[\\x01-\\x7f]{0,50}") {
            let _ = read(&text);
            let _ = announced(text.as_bytes());
        }
    }
}
