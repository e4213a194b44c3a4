use serde_json::Value;

/// The details of a line of the audit log, as names and values to show.
pub(super) fn details(details: Value) -> Vec<(String, String)> {
    let Value::Object(pairs) = details else {
        return Vec::new();
    };
    let text = |value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    pairs
        .into_iter()
        .map(|(name, value)| (name, text(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn details_are_shown_as_names_and_values() {
        assert_eq!(
            details(json!({ "count": 2, "session": "ses_1" })),
            [
                ("count".to_owned(), "2".to_owned()),
                ("session".to_owned(), "ses_1".to_owned())
            ]
        );
        assert_eq!(details(Value::Null), []);
    }
}
