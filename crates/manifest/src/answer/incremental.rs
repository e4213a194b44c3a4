use serde_json::Value;

use super::FieldPath;
use crate::value::moment;

/// How a later scan asks only for what changed since an earlier one.
#[derive(Debug)]
pub struct Incremental {
    /// The query key that takes a moment (RFC 3339).
    pub parameter: String,
    /// The moments in an answer, of which the latest is the next scan's mark.
    pub field: FieldPath,
    /// Whether the key takes moments in UTC alone, however the app writes them.
    pub(crate) in_utc: bool,
}

impl Incremental {
    /// The latest moment in an answer, as the next call may ask for it: as the provider wrote it, or
    /// in UTC.
    pub fn latest(&self, kept: &Value) -> Option<String> {
        let moment = |text| moment::read(text).map(|moment| (moment, text));
        let texts = self.field.all(kept).into_iter().filter_map(Value::as_str);
        texts
            .filter_map(moment)
            .max_by_key(|(moment, _)| *moment)
            .and_then(|(moment, text)| {
                if self.in_utc {
                    moment::write(moment)
                } else {
                    Some(text.to_owned())
                }
            })
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
            in_utc: false,
        };
        let kept = json!([
            {"at": "2026-03-01T23:30:00-02:00"},
            {"at": "2026-03-02T00:00:00Z"},
            {"at": "not a moment, z"},
            {"at": null},
        ]);
        assert_eq!(
            incremental.latest(&kept).as_deref(),
            Some("2026-03-01T23:30:00-02:00")
        );
        assert_eq!(incremental.latest(&json!([])), None);
        let in_utc = Incremental {
            in_utc: true,
            ..incremental
        };
        assert_eq!(
            in_utc.latest(&kept).as_deref(),
            Some("2026-03-02T01:30:00Z")
        );
    }
}
