use std::fmt;

use super::KeyForm;

/// How an app is told that a write is the same one again.
#[derive(Debug, Default)]
pub enum Idempotency {
    /// It is not. A write whose answer was lost is looked for, or a person decides.
    #[default]
    None,
    /// By a header that the app understands: a repeated key does nothing twice.
    Header {
        /// Its name, in lower case.
        name: String,
    },
    /// The app does not understand any key: a mark is left in a text, to be found again.
    Marker {
        /// The field of the body that ends with it.
        field: String,
        /// The text before the key.
        before: String,
        /// The text after the key.
        after: String,
    },
    /// By a field that holds the key: an identifier that the app lets its clients choose, or a
    /// property that it can be asked for.
    Field {
        /// How the key is written there.
        form: KeyForm,
    },
}

/// What makes one write distinguishable: the identifier of its proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// The text cannot be a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is 8 to 64 letters, digits, - or _")]
pub struct KeyError;

/// What stands for the key in a manifest's template.
pub(crate) const KEY: &str = "{key}";
/// Between what a person wrote and the mark.
const GAP: &str = "\n\n";

impl std::str::FromStr for IdempotencyKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        let key = (8..=64).contains(&text.len()) && text.bytes().all(plain);
        if key {
            Ok(Self(text.to_owned()))
        } else {
            Err(KeyError)
        }
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is marked already: somebody else's mark would be found instead of ours.
pub(crate) struct AlreadyMarked;

impl Idempotency {
    /// The mark that a write with `key` leaves, to search for; `None` when it leaves none.
    pub fn mark(&self, key: &IdempotencyKey) -> Option<String> {
        match self {
            Self::Marker { before, after, .. } => Some(format!("{before}{key}{after}")),
            Self::Field { form } => Some(form.write(key)),
            Self::None | Self::Header { .. } => None,
        }
    }

    /// `text` with the mark of `key` at its end.
    pub(crate) fn marked(
        &self,
        text: Option<&str>,
        key: &IdempotencyKey,
    ) -> Result<String, AlreadyMarked> {
        let mark = self.mark(key).unwrap_or_default();
        match (self, text) {
            (Self::Marker { before, .. }, Some(text)) if text.contains(before) => {
                Err(AlreadyMarked)
            }
            (_, Some(text)) => Ok(format!("{text}{GAP}{mark}")),
            (_, None) => Ok(mark),
        }
    }

    /// What [`Idempotency::marked`] was made of; `None` when it was not.
    pub(crate) fn unmarked(&self, marked: &str) -> Option<(Option<String>, IdempotencyKey)> {
        let Self::Marker { before, after, .. } = self else {
            return None;
        };
        let (text, key) = marked
            .strip_suffix(after.as_str())?
            .rsplit_once(before.as_str())?;
        let key = key.parse().ok()?;
        if text.is_empty() {
            return Some((None, key));
        }
        Some((Some(text.strip_suffix(GAP)?.to_owned()), key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker() -> Idempotency {
        Idempotency::Marker {
            field: "body".to_owned(),
            before: "<!-- countersign: ".to_owned(),
            after: " -->".to_owned(),
        }
    }

    #[test]
    fn a_mark_is_put_and_taken_off() {
        let key: IdempotencyKey = "apr_01jq0000".parse().unwrap();
        for text in [
            None,
            Some("It breaks"),
            Some(""),
            Some("a\n\n"),
            Some(" -->"),
        ] {
            let marked = marker().marked(text, &key).ok().unwrap();
            let (back, found) = marker().unmarked(&marked).unwrap();
            assert_eq!((back.as_deref(), found), (text, key.clone()));
        }
    }

    #[test]
    fn a_forged_mark_is_refused() {
        let key: IdempotencyKey = "apr_01jq0000".parse().unwrap();
        assert!(
            marker()
                .marked(Some("x <!-- countersign: apr_other000 -->"), &key)
                .is_err()
        );
        for text in [
            "",
            "x",
            "<!-- countersign: a b -->",
            "x<!-- countersign: apr_01jq0000 -->",
        ] {
            assert!(marker().unmarked(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_key_fits_in_a_header_and_in_a_comment() {
        for bad in [
            "",
            "short",
            "with space",
            "line\r\nbreak",
            "-->------",
            "é1234567",
            &"a".repeat(65),
        ] {
            assert_eq!(bad.parse::<IdempotencyKey>(), Err(KeyError), "{bad}");
        }
    }
}
