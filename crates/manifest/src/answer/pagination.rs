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
        /// The argument that takes the cursor.
        parameter: String,
        /// Where the answer has it; absent, null or empty on the last page. Where each item has one,
        /// that of the last item.
        field: FieldPath,
        /// Whether there is another page, where the answer says so: a cursor may be there on the last
        /// page as well.
        goes_on: Option<GoesOn>,
    },
    /// A count of items to leave out.
    Offset {
        /// The argument that takes it.
        parameter: String,
        /// Where the answer says what it was.
        field: FieldPath,
        /// The items, which are added to it.
        items: FieldPath,
        /// Whether there is another page, where the answer says so.
        goes_on: Option<GoesOn>,
    },
}

/// Where an answer says whether another one follows.
#[derive(Debug)]
pub struct GoesOn {
    pub(crate) field: FieldPath,
    /// What it says when one does.
    pub(crate) when: bool,
}

impl GoesOn {
    fn says_no(this: Option<&Self>, kept: &Value) -> bool {
        this.is_some_and(|rule| rule.field.get(kept) != Some(&Value::Bool(rule.when)))
    }
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
            Self::Cursor { goes_on, .. } | Self::Offset { goes_on, .. }
                if GoesOn::says_no(goes_on.as_ref(), kept) =>
            {
                Vec::new()
            }
            Self::Offset {
                parameter,
                field,
                items,
                ..
            } => {
                let count = items.all(kept).len() as u64;
                let before = field.get(kept).and_then(Value::as_u64);
                let next = before.and_then(|before| before.checked_add(count));
                let next = next.filter(|_| count > 0);
                Vec::from_iter(next.map(|next| (parameter.as_str(), next.to_string())))
            }
            Self::Cursor {
                parameter, field, ..
            } => match field.all(kept).pop() {
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
            goes_on: None,
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

    fn texts(rule: &Pagination, kept: &Value) -> Vec<String> {
        let next = rule.next(kept, None).into_iter();
        next.map(|(_, text)| text).collect()
    }

    fn path(text: &str) -> FieldPath {
        FieldPath::parse(text).unwrap()
    }

    #[test]
    fn a_cursor_on_the_last_page_is_not_followed() {
        let relay = |when| Pagination::Cursor {
            parameter: "after".to_owned(),
            field: path("page.endCursor"),
            goes_on: Some(GoesOn {
                field: path("page.flag"),
                when,
            }),
        };
        let page = |flag: Value| json!({"page": {"endCursor": "abc", "flag": flag}});
        assert_eq!(texts(&relay(true), &page(json!(true))), ["abc"]);
        assert_eq!(texts(&relay(false), &page(json!(false))), ["abc"]);
        for unsaid in [json!(null), json!("true"), json!(1)] {
            assert!(texts(&relay(true), &page(unsaid.clone())).is_empty());
            assert!(texts(&relay(false), &page(unsaid)).is_empty());
        }
        assert!(texts(&relay(true), &page(json!(false))).is_empty());
    }

    #[test]
    fn the_last_item_or_the_count_of_items_may_be_the_cursor() {
        let keyset = Pagination::Cursor {
            parameter: "after".to_owned(),
            field: path("records[].Id"),
            goes_on: None,
        };
        assert_eq!(
            texts(&keyset, &json!({"records": [{"Id": "a"}, {"Id": "b"}]})),
            ["b"]
        );
        assert!(texts(&keyset, &json!({"records": []})).is_empty());
        let offset = Pagination::Offset {
            parameter: "startAt".to_owned(),
            field: path("startAt"),
            items: path("values[]"),
            goes_on: Some(GoesOn {
                field: path("isLast"),
                when: false,
            }),
        };
        let page = |last| json!({"startAt": 100, "isLast": last, "values": [{}, {}]});
        assert_eq!(texts(&offset, &page(false)), ["102"]);
        assert!(texts(&offset, &page(true)).is_empty());
        assert!(
            texts(
                &offset,
                &json!({"startAt": 100, "isLast": false, "values": []})
            )
            .is_empty()
        );
        assert!(
            texts(
                &offset,
                &json!({"startAt": u64::MAX, "isLast": false, "values": [1]})
            )
            .is_empty()
        );
    }
}
