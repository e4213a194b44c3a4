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
    /// When it wants a session here to end.
    pub(super) session_ends: Option<OffsetDateTime>,
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

    /// How long a session lasts, in seconds: as long as any, and no longer than the issuer wants. Nothing where that
    /// is over.
    pub(super) fn lifetime(&self, usual: i32, now: OffsetDateTime) -> Option<i32> {
        let Some(ends) = self.session_ends else {
            return Some(usual);
        };
        let left = (ends - now).whole_seconds();
        (left > 0).then(|| i32::try_from(left).unwrap_or(usual).min(usual))
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
    fn a_session_lasts_no_longer_than_the_issuer_wants() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let said = |seconds: Option<i64>| Said {
            subject: String::new(),
            label: String::new(),
            name: String::new(),
            vouched: None,
            asked_at: None,
            session_ends: seconds.map(|seconds| now + time::Duration::seconds(seconds)),
        };
        for (wanted, lasts) in [
            (None, Some(600)),
            (Some(60), Some(60)),
            (Some(601), Some(600)),
            (Some(i64::from(i32::MAX) + 1), Some(600)),
            (Some(0), None),
            // Within what clocks differ by, the assertion holds; a session does not begin.
            (Some(-30), None),
        ] {
            assert_eq!(said(wanted).lifetime(600, now), lasts, "{wanted:?}");
        }
    }

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
