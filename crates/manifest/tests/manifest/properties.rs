use std::sync::LazyLock;

use manifest::{Arguments, Manifest};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Connected, GITHUB, LINEAR, SALESFORCE, TRACKER, Wire};

/// Read once: compiling patterns takes most of a case's time otherwise.
static CONNECTED: LazyLock<[Connected; 4]> = LazyLock::new(|| {
    [
        Connected::github(),
        Connected::tracker("https://t.example/team"),
        Connected::linear(),
        Connected::salesforce(),
    ]
});

/// Pieces that matter to some operation, and pieces that matter to attackers.
fn segment() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "repos",
            "acme",
            "shop",
            "issues",
            "events",
            "7",
            "timeline",
            "api",
            "v1",
            "graphql",
            "team",
            "..",
            ".",
            "%2e%2e",
            "%2F",
            "",
            "user",
            "sh%6Fp",
            "a;b",
            "issues?x=1",
            "é",
            "\0",
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,6}",
    ]
}

fn pair() -> impl Strategy<Value = String> {
    let keys = vec![
        "state",
        "sort",
        "direction",
        "per_page",
        "page",
        "since",
        "limit",
        "cursor",
        "fields",
        "idempotency_key",
        "admin",
        "",
        "page[]",
    ];
    let values = vec![
        "all",
        "updated",
        "created",
        "asc",
        "desc",
        "100",
        "1",
        "2",
        "02",
        "2026-03-02T09%3A00%3A00Z",
        "ZS44",
        "%0d%0a",
        "",
        "apr_01jq2m5x8e9f0g1h",
        "number%2Ccreated_at%2Curl",
    ];
    (prop::sample::select(keys), prop::sample::select(values)).prop_map(|(k, v)| format!("{k}={v}"))
}

fn header() -> impl Strategy<Value = (String, Vec<u8>)> {
    let names = vec![
        "accept",
        "content-type",
        "idempotency-key",
        "x-github-api-version",
        "cookie",
        "x-http-method-override",
        "host",
    ];
    let values = vec![
        "application/json",
        "application/vnd.github+json",
        "2022-11-28",
        "apr_01jq2m5x8e9f0g1h",
        "DELETE",
        "a\r\nb: c",
    ];
    let pair = (prop::sample::select(names), prop::sample::select(values));
    pair.prop_map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
}

fn body() -> impl Strategy<Value = Option<Vec<u8>>> {
    let bodies = vec![
        r#"{"title":"t"}"#,
        r#"{"title": "t"}"#,
        r#"{"title":"t","admin":true}"#,
        "{}",
        "",
        r#"{"query":"{ viewer { id } }"}"#,
        r#"[{"query":"{ viewer { id } }"}]"#,
        r#"{"body":"<!-- countersign: apr_01jq2m5x8e9f0g1h -->","title":"t"}"#,
    ];
    prop::option::of(prop::sample::select(bodies).prop_map(|text| text.as_bytes().to_vec()))
}

prop_compose! {
    fn wire()(
        method in prop::sample::select(vec!["GET", "POST", "HEAD", "PUT", "DELETE", "PATCH"]),
        scheme in prop::sample::select(vec!["https", "http"]),
        host in prop::sample::select(vec!["api.github.com", "api.linear.app", "acme.my.salesforce.com", "t.example", "evil.example", "t.example."]),
        port in prop::sample::select(vec![443_u16, 80, 8443]),
        segments in prop::collection::vec(segment(), 0..8),
        query in prop::collection::vec(pair(), 0..6),
        headers in prop::collection::vec(header(), 0..4),
        body in body(),
    ) -> Wire {
        Wire {
            method: method.to_owned(), scheme: scheme.to_owned(), host: host.to_owned(), port,
            path: format!("/{}", segments.join("/")),
            query: (!query.is_empty()).then(|| query.join("&")),
            headers, body,
        }
    }
}

/// Arguments that the operations may or may not take.
fn given() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec![
        "owner",
        "repo",
        "issue_number",
        "title",
        "body",
        "labels",
        "priority",
        "page",
        "since",
        "cursor",
        "after",
        "updated_since",
        "idempotency_key",
        "id",
        "teamId",
        "approval",
        "Subject",
        "Priority",
        "description",
        "undeclared",
    ]);
    let value = prop_oneof![
        prop::sample::select(vec![
            json!("acme"),
            json!("shop.js"),
            json!("2026-03-02T09:00:00Z"),
            json!("high"),
            json!("High"),
            json!("5003000000D8cuI"),
            json!("x' OR Id != '"),
            json!(7),
            json!(["a", "b"]),
            json!("apr_01jq2m5x8e9f0g1h"),
            json!("ZS44"),
            json!(".."),
            json!(0),
            json!("9cfb482a-81e3-4154-b5b9-2c805e70a02d"),
        ]),
        any::<String>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
    ];
    prop::collection::btree_map(name, value, 0..6).prop_map(|map| {
        Value::Object(
            map.into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    })
}

/// One change to a request, of any kind.
fn bend(wire: &Wire, what: u8, at: prop::sample::Index, with: &str) -> Wire {
    let mut bent = wire.clone();
    let insert = |text: &mut String| {
        let places: Vec<usize> = text
            .char_indices()
            .map(|(place, _)| place)
            .chain([text.len()])
            .collect();
        text.insert_str(places[at.index(places.len())], with);
    };
    match what % 6 {
        0 => insert(&mut bent.path),
        1 => insert(bent.query.get_or_insert_with(String::new)),
        2 => insert(&mut bent.host),
        3 => insert(&mut bent.method),
        4 => bent.headers.push((with.to_owned(), b"1".to_vec())),
        _ => bent.body = Some([bent.body.unwrap_or_default(), with.as_bytes().to_vec()].concat()),
    }
    bent
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    /// Recognition is the planner's inverse: what is admitted is exactly what its operation plans
    /// from some arguments, and no second operation admits it.
    #[test]
    fn a_random_request_is_refused_or_is_exactly_one_operation(wire in wire()) {
        for connected in CONNECTED.iter() {
            match connected.admit(&wire) {
                Ok(id) => {
                    let operation = connected.manifest.operation(id).unwrap();
                    prop_assert_eq!(operation.method.as_str(), wire.method.as_str());
                    prop_assert!(matches!(wire.host.as_str(), "api.github.com" | "api.linear.app" | "acme.my.salesforce.com" | "t.example"));
                    prop_assert!(!wire.path.contains("..") && !wire.path.contains('%'));
                }
                Err(error) => prop_assert_ne!(error, manifest::Undeclared::Ambiguous),
            }
        }
    }

    #[test]
    fn whatever_is_planned_is_admitted_as_what_it_was_planned_for(given in given()) {
        for connected in CONNECTED.iter() {
            if Arguments::try_from(&given).is_err() {
                continue;
            }
            let ids: Vec<_> = connected.manifest.operations().map(|o| o.id.clone()).collect();
            for id in ids {
                let Ok(planned) = connected.plan(&id, &given) else { continue };
                let wire = Wire::of(&planned);
                prop_assert_eq!(connected.admit(&wire), Ok(id.as_str()));
                // A URL parser leaves it as it is.
                let url = url::Url::parse(&planned.url()).unwrap();
                let query = planned.raw_query();
                prop_assert_eq!((url.path(), url.query()), (planned.path(), query.as_deref()));
                prop_assert_eq!(url.host_str(), Some(planned.origin().host()));
            }
        }
    }

    #[test]
    fn a_planned_request_that_was_bent_is_refused_or_is_planned_too(
        what: u8, at: prop::sample::Index, with in "[!-~]{1,3}|\\r\\n|/\\.\\./|%2e|&|=|é",
    ) {
        let connected = &CONNECTED[1];
        for (id, given) in [("list_events", json!({"cursor": "ZS44"})), ("create_issue", json!({"title": "t"}))] {
            let bent = bend(&Wire::of(&connected.plan(id, &given).unwrap()), what, at, &with);
            // The one thing that text can be added to and stay declared is an argument.
            if connected.admit(&bent).is_ok() {
                prop_assert_eq!(what % 6, 1, "{:?}", bent);
                let (key, text) = bent.query.as_deref().unwrap().split('&').next().unwrap().split_once('=').unwrap();
                prop_assert_eq!(key, "cursor");
                prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    /// Whatever is put into, or taken out of, the bytes of a GraphQL request, what is admitted holds
    /// a document of the manifest, byte for byte, and its variables, and nothing else.
    #[test]
    fn no_damage_to_a_graphql_request_changes_its_document(
        write: bool, from: prop::sample::Index, length in 0..4_usize,
        with in "[!-~]{0,3}|\\\\u0071|,\"extensions\":\\{\\}|\\}|\n|#",
    ) {
        let linear = &CONNECTED[2];
        let (id, given) = if write {
            ("create_issue", json!({"teamId": "9cfb482a-81e3-4154-b5b9-2c805e70a02d", "title": "Slow"}))
        } else {
            ("list_issues", json!({"since": "2026-03-02T09:00:00Z", "after": "Y3Vy"}))
        };
        let mut wire = Wire::of(&linear.plan(id, &given).unwrap());
        let mut body = wire.body.unwrap();
        let start = from.index(body.len());
        let end = (start + length).min(body.len());
        body.splice(start..end, with.bytes());
        wire.body = Some(body.clone());
        if linear.admit(&wire).is_ok() {
            let sent: Value = serde_json::from_slice(&body).unwrap();
            let operation = linear.manifest.operation(id).unwrap();
            prop_assert_eq!(&sent["query"], operation.document().unwrap().text());
            prop_assert!(sent.as_object().unwrap().keys().all(|key| key == "query" || key == "variables"));
        }
    }
}

proptest! {
    // A case reads two whole manifests.
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_text_panics_the_reader_of_manifests(text: String) {
        let _ = Manifest::parse(&text);
    }

    #[test]
    fn no_damage_to_a_manifest_panics_its_reader(
        from: prop::sample::Index, length in 0..40_usize, with in "\\PC{0,12}|[\\[\\]{}\"=.,\n]{0,6}",
    ) {
        for text in [GITHUB, TRACKER, LINEAR, SALESFORCE] {
            let letters: Vec<char> = text.chars().collect();
            let start = from.index(letters.len());
            let end = (start + length).min(letters.len());
            let damaged: String =
                letters[..start].iter().copied().chain(with.chars()).chain(letters[end..].iter().copied()).collect();
            if let Err(error) = Manifest::parse(&damaged) {
                prop_assert!(error.line >= 1 && error.column >= 1 && !error.problem.is_empty());
            }
        }
    }
}
