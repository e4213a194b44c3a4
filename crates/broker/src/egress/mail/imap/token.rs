/// A piece of what a server says (RFC 9051 9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word, in capitals: a keyword, a number, a flag, `BODY[…]`.
    Word(String),
    /// A text in quotes, or one that was sent by its length.
    Text(Vec<u8>),
    /// NIL, or a text that was too long to be kept.
    Nothing,
    /// Tokens in parentheses.
    List(Vec<Token>),
}

/// One response: its lines in one, with a NUL in place of each text that was sent by its length.
#[derive(Debug, Default)]
pub(super) struct Framed {
    pub(super) text: Vec<u8>,
    /// `None` where a text was too long to be kept.
    pub(super) literals: Vec<Option<Vec<u8>>>,
}

/// Lists in lists: what is asked for has two levels.
const MAX_DEPTH: usize = 8;
/// Tokens of one response: of a mail some dozens are asked for.
const MAX_TOKENS: usize = 1000;

/// The tokens of a response, or of what follows its first words; `None` where it is not IMAP.
pub(super) fn tokens(framed: &Framed) -> Option<Vec<Token>> {
    let mut reader = Reader {
        bytes: &framed.text,
        literals: framed.literals.iter(),
        left: MAX_TOKENS,
    };
    let tokens = reader.list(0, false)?;
    reader.bytes.is_empty().then_some(tokens)
}

struct Reader<'a> {
    bytes: &'a [u8],
    literals: std::slice::Iter<'a, Option<Vec<u8>>>,
    /// How many more tokens are read.
    left: usize,
}

impl Reader<'_> {
    fn list(&mut self, depth: usize, is_inner: bool) -> Option<Vec<Token>> {
        let mut tokens = Vec::new();
        if depth > MAX_DEPTH {
            return None;
        }
        loop {
            match self.bytes.split_first() {
                None => return (!is_inner).then_some(tokens),
                Some((b')', rest)) => {
                    self.bytes = rest;
                    return is_inner.then_some(tokens);
                }
                Some((b' ', rest)) => {
                    self.bytes = rest;
                    continue;
                }
                Some((b'(', rest)) => {
                    self.bytes = rest;
                    tokens.push(Token::List(self.list(depth + 1, true)?));
                }
                Some((b'"', rest)) => {
                    self.bytes = rest;
                    tokens.push(Token::Text(self.quoted()?));
                }
                Some((0, rest)) => {
                    self.bytes = rest;
                    let literal = self.literals.next()?.clone();
                    tokens.push(literal.map_or(Token::Nothing, Token::Text));
                }
                Some(_) => tokens.push(self.word()?),
            }
            self.left = self.left.checked_sub(1)?;
        }
    }

    fn quoted(&mut self) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        loop {
            let (first, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            match first {
                b'"' => return Some(text),
                b'\\' => {
                    let (escaped, rest) = self.bytes.split_first()?;
                    text.push(*escaped);
                    self.bytes = rest;
                }
                0 => return None,
                other => text.push(*other),
            }
        }
    }

    /// A word; a section in brackets belongs to it, blanks and parentheses in it as well.
    fn word(&mut self) -> Option<Token> {
        let mut in_section = false;
        let mut length = 0;
        for byte in self.bytes {
            match byte {
                b'[' => in_section = true,
                b']' => in_section = false,
                0 | b'"' => break,
                b' ' | b'(' | b')' if !in_section => break,
                _ => {}
            }
            length += 1;
        }
        // A bracket that is never closed.
        if in_section || length == 0 {
            return None;
        }
        let (word, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        let word = String::from_utf8_lossy(word).to_ascii_uppercase();
        Some(if word == "NIL" {
            Token::Nothing
        } else {
            Token::Word(word)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(text: &str, literals: &[Option<&str>]) -> Framed {
        Framed {
            text: text.as_bytes().to_vec(),
            literals: literals
                .iter()
                .map(|literal| literal.map(|text| text.as_bytes().to_vec()))
                .collect(),
        }
    }

    #[test]
    fn a_fetch_is_words_texts_and_lists() {
        let word = |text: &str| Token::Word(text.to_owned());
        let text = |text: &str| Token::Text(text.as_bytes().to_vec());
        let found = tokens(&framed(
            "12 fetch (UID 5 FLAGS (\\Seen) INTERNALDATE \"1 \\\"2\" BODY[HEADER.FIELDS (FROM TO)] \0 X NIL Y \0)",
            &[Some("From: a@b.c"), None],
        ));
        let list = Token::List(vec![
            word("UID"),
            word("5"),
            word("FLAGS"),
            Token::List(vec![word("\\SEEN")]),
            word("INTERNALDATE"),
            text("1 \"2"),
            word("BODY[HEADER.FIELDS (FROM TO)]"),
            text("From: a@b.c"),
            word("X"),
            Token::Nothing,
            word("Y"),
            Token::Nothing,
        ]);
        assert_eq!(found, Some(vec![word("12"), word("FETCH"), list]));
    }

    #[test]
    fn what_is_not_closed_or_too_deep_is_refused() {
        for bad in [
            "(",
            ")",
            "\"",
            "\"\\",
            "BODY[",
            "\0",
            "a \"b\0\"",
            &"(".repeat(100_000),
        ] {
            assert_eq!(tokens(&framed(bad, &[])), None, "{bad:.20}");
        }
    }

    proptest::proptest! {
        #[test]
        fn anything_is_read_or_refused(text in "[\\x00-\\x7f]{0,60}|[()\\[\\]\"\\\\ a]{0,40}") {
            let _ = tokens(&framed(&text, &[Some("x"), None]));
        }
    }
}
