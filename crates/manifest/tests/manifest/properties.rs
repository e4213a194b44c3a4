use std::collections::BTreeSet;
use std::sync::LazyLock;

use manifest::{Arguments, Manifest};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Connected, GITHUB, LINEAR, SALESFORCE, TRACKER, Wire};

/// Read once: compiling patterns takes most of a case's time otherwise.
static CONNECTED: LazyLock<Vec<Connected>> = LazyLock::new(Connected::all);
/// The names of all arguments of all operations.
static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let operations = CONNECTED.iter().flat_map(|one| one.manifest.operations());
    let names = operations.flat_map(manifest::Operation::arguments);
    let all: BTreeSet<String> = names.map(str::to_owned).collect();
    all.into_iter().chain(["undeclared".to_owned()]).collect()
});

fn connected(id: &str) -> &'static Connected {
    CONNECTED.iter().find(|one| one.manifest.id == id).unwrap()
}

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
        host in prop::sample::select(vec!["api.github.com", "api.linear.app", "acme.my.salesforce.com", "tracker.example.com", "evil.example", "tracker.example.com."]),
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
    // Arguments of one app, most of the time: those of all would seldom be enough for any.
    let of_app = prop::sample::select((0..CONNECTED.len()).collect::<Vec<_>>());
    let names = of_app.prop_flat_map(|app| {
        let operations = CONNECTED[app].manifest.operations();
        let sets = operations.map(|operation| {
            let names = operation.arguments().map(str::to_owned);
            names.collect::<Vec<_>>()
        });
        prop::sample::select(sets.filter(|names| !names.is_empty()).collect::<Vec<_>>())
    });
    let names = prop_oneof![
        4 => names,
        1 => prop::collection::vec(prop::sample::select(NAMES.clone()), 0..6),
    ];
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
            json!("2026-03-02T09:00:00Z"),
            json!("C024BE91L"),
            json!("1772442000.000100"),
            json!("INBOX"),
            json!("9cfb482a-81e3-4154-b5b9-2c805e70a02d"),
        ]),
        any::<String>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
    ];
    let values = prop::collection::vec(value, 16);
    (names, values).prop_map(|(names, values)| names.into_iter().zip(values).collect())
}

/// Arguments of one operation, as its own schema describes them.
fn described() -> impl Strategy<Value = (usize, String, Value)> {
    let operations: Vec<_> = CONNECTED
        .iter()
        .enumerate()
        .flat_map(|(app, one)| {
            one.manifest
                .operations()
                .map(move |operation| (app, operation))
        })
        .map(|(app, operation)| (app, operation.id.clone(), operation.schema()))
        .collect();
    prop::sample::select(operations).prop_flat_map(|(app, id, schema)| {
        of_schema(&schema).prop_map(move |given| (app, id.clone(), given))
    })
}

fn of_schema(schema: &Value) -> BoxedStrategy<Value> {
    let number = |name: &str| schema[name].as_i64();
    match schema["type"].as_str().unwrap() {
        "object" => {
            let fields = schema["properties"].as_object().unwrap();
            let required = schema["required"].as_array().unwrap();
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, of)| {
                    let always = required.contains(&json!(name));
                    let value = of_schema(of).prop_map(Some);
                    let value = if always {
                        value.boxed()
                    } else {
                        prop_oneof![Just(None), value].boxed()
                    };
                    value.prop_map({
                        let name = name.clone();
                        move |value| value.map(|value| (name.clone(), value))
                    })
                })
                .collect();
            fields
                .prop_map(|fields| fields.into_iter().flatten().collect())
                .boxed()
        }
        "array" => {
            let most = usize::try_from(number("maxItems").unwrap()).unwrap().min(3);
            prop::collection::vec(of_schema(&schema["items"]), 0..=most)
                .prop_map(Value::from)
                .boxed()
        }
        "integer" => (number("minimum").unwrap()..=number("maximum").unwrap())
            .prop_map(Value::from)
            .boxed(),
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        _ if schema["format"] == "date-time" => prop::sample::select(vec![
            json!("2026-03-02T09:00:00Z"),
            json!("1999-12-31T23:59:59.5Z"),
        ])
        .boxed(),
        _ if schema["enum"].is_array() => {
            prop::sample::select(schema["enum"].as_array().unwrap().clone()).boxed()
        }
        _ => {
            let pattern = schema["pattern"].as_str().unwrap_or("^(?:[ -~]{0,40})$");
            let pattern = pattern
                .strip_prefix("^(?:")
                .unwrap()
                .strip_suffix(")$")
                .unwrap();
            let pattern = if pattern == "[^ ].*" {
                "[!-~][ -~é]{0,40}"
            } else {
                pattern
            };
            prop::string::string_regex(pattern)
                .unwrap()
                .prop_map(Value::from)
                .boxed()
        }
    }
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
                    prop_assert!(wire.host != "evil.example" && !wire.host.ends_with('.'));
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

    /// What an operation's schema describes is what it takes, and what it sends is recognised.
    #[test]
    fn an_operation_takes_what_its_schema_describes((app, id, given) in described()) {
        let connected = &CONNECTED[app];
        match connected.plan(&id, &given) {
            Ok(planned) => prop_assert_eq!(connected.admit(&Wire::of(&planned)), Ok(id.as_str())),
            // An address, and a place in a mailbox, are more than a schema says.
            Err(manifest::PlanError::Argument(_)) if connected.manifest.protocol.is_mail() => {}
            Err(manifest::PlanError::Argument(error)) => {
                // A schema says none of these of a text.
                let unsaid = ["longer than", "it may not be empty, `.` or `..`", "the character U+"];
                let said = !unsaid.iter().any(|unsaid| error.problem.contains(unsaid));
                prop_assert!(!said, "{} {}: {}", id, given, error);
            }
            Err(error) => prop_assert!(false, "{} {}: {}", id, given, error),
        }
    }

    #[test]
    fn a_planned_request_that_was_bent_is_refused_or_is_planned_too(
        what: u8, at: prop::sample::Index, with in "[!-~]{1,3}|\\r\\n|/\\.\\./|%2e|&|=|é",
    ) {
        let connected = connected("tracker");
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
        let linear = connected("linear");
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
