/// A piece of a JSON text, for printing with line breaks and colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonToken {
    /// What it is.
    pub kind: JsonTokenKind,
    /// Its text, byte for byte as in the source; for [`JsonTokenKind::Space`] ours.
    pub text: String,
}

/// What a piece of a JSON text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonTokenKind {
    /// The name of a member.
    Key,
    /// A string.
    Text,
    /// A number.
    Number,
    /// `true`, `false` or `null`.
    Word,
    /// Brackets, braces, commas and colons.
    Mark,
    /// A line break and indentation, or a blank, that is not in the source.
    Space,
}

impl JsonTokenKind {
    /// The class of the style sheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Key => "j-key",
            Self::Text => "j-text",
            Self::Number => "j-number",
            Self::Word => "j-word",
            Self::Mark => "j-mark",
            Self::Space => "",
        }
    }
}

/// Splits a JSON text and indents it, without touching one byte of its own.
///
/// Not by parsing and printing again: `1e2` would become `100`, and what a person approves would no
/// longer be what is sent. A text that is no JSON comes back whole, as it is.
pub fn json_tokens(source: &str) -> Vec<JsonToken> {
    let mut printer = Printer {
        tokens: Vec::new(),
        depth: 0,
    };
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_length(rest),
            '{' | '[' | '}' | ']' | ',' | ':' => 1,
            _ if first.is_ascii_whitespace() => 1,
            _ => rest
                .find(|c: char| "{}[],:\"".contains(c) || c.is_ascii_whitespace())
                .unwrap_or(rest.len()),
        };
        let (token, tail) = rest.split_at(length);
        rest = tail;
        if !first.is_ascii_whitespace() {
            printer.push(first, token, tail);
        }
    }
    printer.tokens
}

/// Bytes of the string literal at the start of `text`, quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

struct Printer {
    tokens: Vec<JsonToken>,
    depth: usize,
}

impl Printer {
    fn push(&mut self, first: char, token: &str, tail: &str) {
        let next = tail.trim_start().chars().next();
        match first {
            '{' | '[' => {
                self.add(JsonTokenKind::Mark, token);
                if !matches!(next, Some('}' | ']')) {
                    self.depth += 1;
                    self.line();
                }
            }
            '}' | ']' => {
                let empty = self
                    .tokens
                    .last()
                    .is_some_and(|last| matches!(last.text.as_str(), "{" | "["));
                if !empty {
                    self.depth = self.depth.saturating_sub(1);
                    self.line();
                }
                self.add(JsonTokenKind::Mark, token);
            }
            ',' => {
                self.add(JsonTokenKind::Mark, token);
                self.line();
            }
            ':' => {
                self.add(JsonTokenKind::Mark, token);
                self.add(JsonTokenKind::Space, " ");
            }
            '"' if next == Some(':') => self.add(JsonTokenKind::Key, token),
            '"' => self.add(JsonTokenKind::Text, token),
            '-' | '0'..='9' => self.add(JsonTokenKind::Number, token),
            _ => self.add(JsonTokenKind::Word, token),
        }
    }

    fn add(&mut self, kind: JsonTokenKind, text: &str) {
        self.tokens.push(JsonToken {
            kind,
            text: text.to_owned(),
        });
    }

    fn line(&mut self) {
        let text = format!("\n{}", "  ".repeat(self.depth));
        self.tokens.push(JsonToken {
            kind: JsonTokenKind::Space,
            text,
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn printed(source: &str) -> String {
        json_tokens(source)
            .into_iter()
            .map(|token| token.text)
            .collect()
    }

    fn own_bytes(source: &str) -> String {
        let own = |token: &JsonToken| token.kind != JsonTokenKind::Space;
        json_tokens(source)
            .into_iter()
            .filter(own)
            .map(|token| token.text)
            .collect()
    }

    #[test]
    fn a_document_is_indented() {
        let source = r#"{"a":[1,{"b":null}],"c":{},"d":"x, {\"y\"}: z","e":[]}"#;
        insta::assert_snapshot!(printed(source), @r#"
        {
          "a": [
            1,
            {
              "b": null
            }
          ],
          "c": {},
          "d": "x, {\"y\"}: z",
          "e": []
        }
        "#);
    }

    #[test]
    fn numbers_are_shown_as_they_are_sent() {
        assert_eq!(
            own_bytes(r#"{"n":[1e2,-0.10,9007199254740993]}"#),
            r#"{"n":[1e2,-0.10,9007199254740993]}"#
        );
    }

    proptest! {
        #[test]
        fn no_byte_of_a_document_is_lost_or_changed(
            keys in prop::collection::vec("\\PC{0,8}", 0..6),
            values in prop::collection::vec(("\\PC{0,12}", any::<i64>(), any::<bool>()), 0..6),
        ) {
            let object: serde_json::Map<String, serde_json::Value> = keys
                .into_iter()
                .zip(values.into_iter().map(|(text, number, flag)| serde_json::json!([text, number, flag, {"k": text}])))
                .collect();
            let source = serde_json::Value::Object(object).to_string();
            prop_assert_eq!(own_bytes(&source), source);
        }

        #[test]
        fn a_text_that_is_no_json_neither_panics_nor_loses_a_letter(source in "\\PC{0,60}") {
            let letters = |text: &str| text.chars().filter(|c| !c.is_ascii_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&own_bytes(&source)), letters(&source));
        }
    }
}
