use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::FieldPath;
use crate::value::moment;

/// How a later scan asks only for what is new since an earlier one.
#[derive(Debug)]
pub enum Incremental {
    /// By the latest moment that an answer told.
    Moment {
        /// The argument that takes a moment (RFC 3339).
        parameter: String,
        /// The moments in an answer.
        field: FieldPath,
    },
    /// By a cursor that the app made for it.
    Cursor {
        /// The operation that takes it, where that is another one: it gets the cursor, and nothing else.
        operation: Option<String>,
        /// The argument that takes it.
        parameter: String,
        /// Where an answer has it; that of the last page counts.
        field: FieldPath,
    },
}

/// Apps show some changes later than they date them: so far back a later scan begins.
const OVERLAP: Duration = Duration::minutes(5);

impl Incremental {
    /// The mark after an answer, where `before` was the one before it: the latest moment of both, no later than `begun`,
    /// when the first page was asked for; or the cursor that was told last.
    pub fn mark(
        &self,
        before: Option<&str>,
        kept: &Value,
        begun: OffsetDateTime,
    ) -> Option<String> {
        match self {
            Self::Moment { field, .. } => {
                let told = field.all(kept).into_iter().filter_map(Value::as_str);
                let moments = told.chain(before).filter_map(moment::read);
                moments
                    .max()
                    .and_then(|latest| moment::write(latest.min(begun)))
            }
            Self::Cursor { field, .. } => match field.all(kept).pop() {
                Some(Value::String(cursor)) if !cursor.is_empty() => Some(cursor.clone()),
                Some(Value::Number(cursor)) => Some(cursor.to_string()),
                _ => before.map(str::to_owned),
            },
        }
    }

    /// The operation, argument and text that ask for what is new since a mark; nothing where that is none.
    pub(crate) fn ask(&self, mark: &str) -> Option<(Option<&str>, &str, String)> {
        match self {
            Self::Moment { parameter, .. } => {
                let from = moment::read(mark)?.checked_sub(OVERLAP)?;
                Some((None, parameter, moment::write(from)?))
            }
            Self::Cursor {
                operation,
                parameter,
                ..
            } => Some((operation.as_deref(), parameter, mark.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-03-03 00:00 UTC);

    fn by_moment() -> Incremental {
        Incremental::Moment {
            parameter: "since".to_owned(),
            field: FieldPath::parse("[].at").unwrap(),
        }
    }

    fn by_cursor() -> Incremental {
        Incremental::Cursor {
            operation: None,
            parameter: "after".to_owned(),
            field: FieldPath::parse("end").unwrap(),
        }
    }

    #[test]
    fn the_latest_is_by_moment_not_by_letters() {
        let kept = json!([
            {"at": "2026-03-01T23:30:00-02:00"},
            {"at": "2026-03-02T00:00:00Z"},
            {"at": "not a moment, z"},
            {"at": null},
        ]);
        let mark = by_moment().mark(None, &kept, NOW);
        assert_eq!(mark.as_deref(), Some("2026-03-02T01:30:00Z"));
        let (_, _, text) = by_moment().ask(mark.as_deref().unwrap()).unwrap();
        assert_eq!(text, "2026-03-02T01:25:00Z");
        assert_eq!(by_moment().mark(mark.as_deref(), &json!([]), NOW), mark);
        let earlier = json!([{"at": "2026-01-01T00:00:00Z"}]);
        assert_eq!(by_moment().mark(mark.as_deref(), &earlier, NOW), mark);
        assert_eq!(by_moment().mark(None, &json!([]), NOW), None);
    }

    #[test]
    fn no_mark_lies_ahead_and_hides_what_comes_before_it() {
        let kept = json!([{"at": "2190-01-01T00:00:00Z"}]);
        let mark = by_moment().mark(None, &kept, NOW);
        assert_eq!(mark.as_deref(), Some("2026-03-03T00:00:00Z"));
    }

    #[test]
    fn the_cursor_that_was_told_last_counts() {
        let rule = by_cursor();
        for (before, kept, mark) in [
            (None, json!({"end": "a"}), Some("a")),
            (Some("a"), json!({"end": 7}), Some("7")),
            (Some("a"), json!({"end": ""}), Some("a")),
            (Some("a"), json!({"end": null}), Some("a")),
            (None, json!({}), None),
        ] {
            assert_eq!(rule.mark(before, &kept, NOW).as_deref(), mark, "{kept}");
        }
        assert_eq!(rule.ask("a"), Some((None, "after", "a".to_owned())));
    }
}
