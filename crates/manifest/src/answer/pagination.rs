use serde_json::Value;

use super::{FieldPath, next_target};

/// How to ask for the next page. The answer's own address for it is never followed: only the values
/// of declared query keys are taken from it, and checked like any other argument.
#[derive(Debug)]
pub enum Pagination {
    /// A `Link` header with `rel=next` (RFC 8288).
    Link {
        /// The query keys whose values are taken from the link, as far as it has them.
        parameters: Vec<String>,
    },
    /// A cursor in the answer.
    Cursor {
        /// The query key that takes the cursor.
        parameter: String,
        /// Where the answer has it; absent, null or empty on the last page.
        field: FieldPath,
    },
}

impl Pagination {
    /// The arguments, as text, that ask for the page after `kept`; none on the last page.
    pub(crate) fn next(&self, kept: &Value, link: Option<&str>) -> Vec<(&str, String)> {
        match self {
            Self::Link { parameters } => {
                let Some(target) = link.and_then(next_target) else {
                    return Vec::new();
                };
                let find = |name: &String| {
                    let mut pairs = target.query_pairs();
                    pairs
                        .find(|(key, _)| key == name)
                        .map(|(_, value)| value.into_owned())
                };
                let found = parameters
                    .iter()
                    .filter_map(|name| Some((name.as_str(), find(name)?)));
                found.collect()
            }
            Self::Cursor { parameter, field } => match field.get(kept) {
                Some(Value::String(cursor)) if !cursor.is_empty() => {
                    vec![(parameter.as_str(), cursor.clone())]
                }
                Some(Value::Number(cursor)) => vec![(parameter.as_str(), cursor.to_string())],
                _ => Vec::new(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_link_gives_only_its_declared_query_keys() {
        let parameters = vec!["page".to_owned(), "after".to_owned()];
        let link = Pagination::Link { parameters };
        let header = r#"<https://evil.example/steal?token=1&page=7>; rel="next""#;
        assert_eq!(
            link.next(&json!([]), Some(header)),
            [("page", "7".to_owned())]
        );
        assert!(link.next(&json!([]), None).is_empty());
    }

    #[test]
    fn an_empty_cursor_is_the_end() {
        let field = FieldPath::parse("meta.next").unwrap();
        let cursor = Pagination::Cursor {
            parameter: "cursor".to_owned(),
            field,
        };
        let next = |kept| {
            cursor
                .next(&kept, None)
                .into_iter()
                .map(|(_, text)| text)
                .collect::<Vec<_>>()
        };
        assert_eq!(next(json!({"meta": {"next": "abc"}})), ["abc"]);
        for end in [
            json!({}),
            json!({"meta": {"next": ""}}),
            json!({"meta": {"next": null}}),
        ] {
            assert!(next(end).is_empty());
        }
    }
}
