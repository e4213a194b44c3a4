//! Random requests and random answers.

use std::sync::{Arc, LazyLock};

use manifest::{FieldTree, Manifest};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::support::{Door, FakeDns, TRACKER, quick};
use crate::egress::filter::{Sieve, filter};
use crate::egress::wire::recognise;

static DOOR: LazyLock<Door> =
    LazyLock::new(|| Door::tracker("https://t.example/team", Arc::<FakeDns>::default(), quick()));

fn address() -> impl Strategy<Value = String> {
    let origin = prop::sample::select(vec![
        "https://t.example",
        "https://T.example:443",
        "https://t.example.",
        "http://t.example",
        "https://u:p@t.example",
        "https://t.example:8443",
        "https://evil.example",
        "https://t。example",
    ]);
    let segment = prop_oneof![
        prop::sample::select(vec![
            "team", "api", "v1", "events", "issues", "..", "%2e%2e", ".", "%2F", "", "\\",
            "events;x",
        ])
        .prop_map(str::to_owned),
        "[ -~é]{0,4}",
    ];
    let query = prop::sample::select(vec![
        "",
        "?limit=100",
        "?cursor=ZS44&limit=100",
        "?limit=100&cursor=ZS44",
        "?limit=100#x",
        "?",
        "?limit=100&limit=100",
        "?limit=%3100",
        "?cursor=%0d%0a&limit=100",
        "?since=2026&limit=100",
        "?limit=100&since=2026",
        "?fields=number&limit=100",
    ]);
    let exact = Just("/team/api/v1/events".to_owned());
    let random = prop::collection::vec(segment, 0..6).prop_map(|s| format!("/{}", s.join("/")));
    (origin, prop_oneof![exact, random], query).prop_map(|(o, path, q)| format!("{o}{path}{q}"))
}

/// A second reading of the whole door, in a few lines.
fn is_declared(url: &url::Url) -> bool {
    let query = url.query().unwrap_or_default();
    let cursor = query.strip_prefix("cursor=ZS44&").unwrap_or(query);
    let since = cursor.strip_suffix("&since=2026").unwrap_or(cursor);
    url.as_str()
        .starts_with("https://t.example/team/api/v1/events?")
        && since == "limit=100"
        && url.fragment().is_none()
}

/// A reading of the allow-list that builds everything first.
fn naive(value: &Value, tree: &FieldTree) -> Option<Value> {
    match (tree, value) {
        (_, Value::Null) => Some(Value::Null),
        (FieldTree::Scalar, Value::Array(_) | Value::Object(_)) => None,
        (FieldTree::Scalar, scalar) => Some(scalar.clone()),
        (FieldTree::Probe, Value::String(_)) => Some(false.into()),
        (FieldTree::Items(tree), Value::Array(items)) => {
            Some(items.iter().filter_map(|item| naive(item, tree)).collect())
        }
        (FieldTree::Chosen { items, by, kinds }, Value::Array(given)) => {
            let kept = given.iter().filter_map(|item| naive(item, items));
            let is_chosen =
                |item: &Value| item[by].as_str().is_some_and(|kind| kinds.contains(kind));
            Some(kept.filter(is_chosen).collect())
        }
        (FieldTree::Object(trees), Value::Object(members)) => {
            let kept = |(name, tree): (&String, &FieldTree)| {
                Some((name.clone(), naive(members.get(name)?, tree)?))
            };
            Some(Value::Object(
                trees.iter().filter_map(kept).collect::<Map<_, _>>(),
            ))
        }
        _ => None,
    }
}

fn answer() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    scalar.prop_recursive(5, 64, 6, |inner| {
        let names = prop::sample::select(vec![
            "events",
            "id",
            "issue",
            "type",
            "next_cursor",
            "body",
            "issues",
            "labels",
            "actor",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(names, inner, 0..6).prop_map(|members| {
                Value::Object(
                    members
                        .into_iter()
                        .map(|(k, v)| (k.to_owned(), v))
                        .collect(),
                )
            }),
        ]
    })
}

fn trees() -> Vec<FieldTree> {
    let manifest = Manifest::parse(TRACKER).unwrap();
    manifest
        .operations()
        .map(|operation| operation.response.clone())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_random_request_is_refused_or_is_exactly_one_declared_operation(
        address in address(), method in prop::sample::select(vec!["GET", "POST", "HEAD", "DELETE"]),
    ) {
        let Ok(url) = url::Url::parse(&address) else { return Ok(()) };
        let declared = is_declared(&url) && method == "GET";
        let mut request = reqwest::Request::new(method.parse().unwrap(), url);
        request.headers_mut().insert("accept", "application/json".parse().unwrap());
        let facts = DOOR.egress.facts(DOOR.instance.as_ref());
        let found = recognise(&request, &DOOR.manifest, &facts);
        let expected = declared.then_some("list_events");
        prop_assert_eq!(found.as_ref().ok().map(|found| found.operation.id.as_str()), expected, "{}", address);
    }

    #[test]
    fn the_streaming_filter_keeps_what_a_naive_one_keeps(answer in answer()) {
        let text = answer.to_string();
        for tree in trees() {
            let sieve = Sieve { tree: &tree, mark: None, max_text_bytes: 2048 };
            let kept = filter(text.as_bytes(), sieve).unwrap();
            prop_assert_eq!(kept, naive(&answer, &tree).unwrap_or(json!(null)));
        }
    }

    #[test]
    fn no_bytes_panic_the_filter(bytes: Vec<u8>, text in "[\\[\\]{}\",:0-9a-z\\\\]{0,40}") {
        for tree in trees() {
            let sieve = Sieve { tree: &tree, mark: Some("x"), max_text_bytes: 8 };
            let _ = filter(&bytes, sieve);
            let _ = filter(text.as_bytes(), sieve);
        }
    }
}
