use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::address::Vouched;

/// What an issuer says of whoever came back.
#[derive(Debug)]
pub(super) struct Said {
    /// Whom it means.
    pub(super) subject: String,
    /// What it calls them, to be shown.
    pub(super) label: String,
    /// Their name, for a form to begin with.
    pub(super) name: String,
    /// The address that it vouches for.
    pub(super) vouched: Option<Vouched>,
    /// When it last asked them who they are.
    pub(super) asked_at: Option<OffsetDateTime>,
}

/// A label of the database has no more characters.
const LABEL_CHARACTERS: usize = 254;
/// As a person's name has here.
const NAME_CHARACTERS: usize = 100;

impl Said {
    /// The first of these texts that says something, in one line; else the subject, if that does.
    pub(super) fn label(candidates: [Option<&str>; 3], subject: &str) -> String {
        let candidates = candidates.into_iter().flatten().chain([subject, "unnamed"]);
        let mut lines = candidates.map(|text| line(text, LABEL_CHARACTERS));
        lines.find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// A name as a form takes it.
    pub(super) fn name(text: Option<&str>) -> String {
        line(text.unwrap_or_default(), NAME_CHARACTERS)
    }
}

/// A text of some claims.
pub(super) fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str()
}

fn line(text: &str, characters: usize) -> String {
    let plain = text.chars().filter(|c| !c.is_control());
    plain.take(characters).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_one_line_that_says_something() {
        let label = |text: &str| Said::label([None, Some(text), Some("Ada")], "subject");
        assert_eq!(label("ada\r\n@example.com"), "ada@example.com");
        assert_eq!(label(" \u{7}"), "Ada");
        assert_eq!(Said::label([None; 3], "subject"), "subject");
        assert_eq!(Said::label([None; 3], "   "), "unnamed");
        assert_eq!(label(&"ż".repeat(300)).chars().count(), 254);
    }
}
