use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::FieldPath;

/// How a later scan asks only for what changed since an earlier one.
#[derive(Debug)]
pub struct Incremental {
    /// The query key that takes a moment (RFC 3339).
    pub parameter: String,
    /// The moments in an answer, of which the latest is the next scan's mark.
    pub field: FieldPath,
}

impl Incremental {
    /// The latest moment in an answer, as the provider wrote it.
    pub fn latest<'a>(&self, kept: &'a Value) -> Option<&'a str> {
        let moment = |text: &'a str| {
            OffsetDateTime::parse(text, &Rfc3339)
                .ok()
                .map(|moment| (moment, text))
        };
        let texts = self.field.all(kept).into_iter().filter_map(Value::as_str);
        texts
            .filter_map(moment)
            .max_by_key(|(moment, _)| *moment)
            .map(|(_, text)| text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_latest_is_by_moment_not_by_letters() {
        let field = FieldPath::parse("[].at").unwrap();
        let incremental = Incremental {
            parameter: "since".to_owned(),
            field,
        };
        let kept = json!([
            {"at": "2026-03-01T23:30:00-02:00"},
            {"at": "2026-03-02T00:00:00Z"},
            {"at": "not a moment, z"},
            {"at": null},
        ]);
        assert_eq!(incremental.latest(&kept), Some("2026-03-01T23:30:00-02:00"));
        assert_eq!(incremental.latest(&json!([])), None);
    }
}
