//! Google Calendar and Gmail, as the documents in PyPI's `google-api-python-client` describe them.

use std::collections::BTreeSet;

use manifest::{Class, PlannedRequest};
use serde_json::{Value, json};

use super::{fits, kept, planned, root, shipped};

/// Our manifests, and what Google calls their APIs.
const APIS: [(&str, &str); 2] = [("google-calendar", "calendar.v3"), ("gmail", "gmail.v1")];

fn document(name: &str) -> Value {
    let library = root().join("target/google-documents/lib");
    assert!(
        library.exists(),
        "run ./dev test, which installs Google's descriptions of its APIs"
    );
    let python = std::fs::read_dir(library).unwrap().next().unwrap().unwrap();
    let folder = "site-packages/googleapiclient/discovery_cache/documents";
    let path = python.path().join(folder).join(format!("{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Every method of an API, whichever resource it hangs on.
fn methods(resource: &Value) -> Vec<&Value> {
    let own = resource["methods"].as_object();
    let below = resource["resources"].as_object();
    let below = below.into_iter().flatten().map(|(_, inner)| methods(inner));
    let own = own.into_iter().flatten().map(|(_, method)| method);
    own.chain(below.flatten()).collect()
}

fn texts(value: &Value) -> BTreeSet<&str> {
    let items = value.as_array().into_iter().flatten();
    items.map(|item| item.as_str().unwrap()).collect()
}

/// A call of each operation, with everything that it takes.
fn sample(operation: &str) -> Value {
    match operation {
        "list_events" => json!({
            "timeMin": "2026-01-01T00:00:00Z", "timeMax": "2026-03-02T09:00:00Z", "pageToken": "CigKGjBm",
        }),
        "create_event" => json!({
            "summary": "Review", "description": "d",
            "start": "2026-03-02T09:00:00Z", "end": "2026-03-02T10:00:00Z",
        }),
        "find_created_event" => json!({"approval": "0123456789abcdef0123456789abcdef"}),
        "list_received" => json!({"labelIds": "INBOX", "pageToken": "0998"}),
        "list_sent" => json!({"pageToken": "0998"}),
        "get_received" | "get_sent" => json!({"id": "18c1f0a2b3c4d5e6"}),
        other => panic!("no sample of {other}"),
    }
}

/// The method of the API that a request is.
fn method_of<'a>(document: &'a Value, request: &PlannedRequest) -> &'a Value {
    let base = url::Url::parse(document["baseUrl"].as_str().unwrap()).unwrap();
    assert_eq!(base.host_str(), Some(request.origin().host()));
    let sent = request.path().strip_prefix(base.path()).unwrap();
    let fits = |method: &&Value| {
        method["httpMethod"] == request.method().as_str()
            && fits(method["path"].as_str().unwrap(), sent)
    };
    // The path with the fewest holes is what a server takes it for.
    let all = methods(document).into_iter().filter(fits);
    let found = all.min_by_key(|method| method["path"].as_str().unwrap().matches('{').count());
    found.unwrap_or_else(|| panic!("Google has no {}", request.path()))
}

/// Whether a schema of the document has what these names lead to.
fn has(document: &Value, schema: &Value, path: &[String]) -> bool {
    let schema = match schema["$ref"].as_str() {
        Some(name) => &document["schemas"][name],
        None => schema,
    };
    match (path.split_first(), schema["type"].as_str()) {
        (_, Some("array")) => has(document, &schema["items"], path),
        (Some((name, rest)), _) => has(document, &schema["properties"][name], rest),
        (None, kind) => kind.is_some_and(|kind| kind != "object"),
    }
}

#[test]
fn every_operation_is_one_that_google_has_and_its_scope_allows_it() {
    for (id, name) in APIS {
        let (manifest, document) = (shipped(id), document(name));
        for operation in manifest.operations() {
            let request = planned(&manifest, &operation.id, &sample(&operation.id));
            let method = method_of(&document, &request);
            let allowed = texts(&method["scopes"]);
            for scope in &operation.scopes {
                assert!(
                    allowed.contains(scope.as_str()),
                    "{scope}: {}",
                    method["id"]
                );
            }
            for (key, _) in request.query() {
                let known =
                    !method["parameters"][key].is_null() || !document["parameters"][key].is_null();
                assert!(known, "{} has no query key {key}", method["id"]);
            }
            let response = &method["response"];
            for path in kept(&operation.response) {
                assert!(
                    has(&document, response, &path),
                    "{}: {path:?}",
                    method["id"]
                );
            }
        }
    }
}

/// The first barrier, where it is claimed: a token of a scan is refused by Google for everything that
/// changes something. What is left asks Google when somebody is busy, by POST, to tell of changes, or to stop.
#[test]
fn no_scope_of_a_read_allows_a_write() {
    let harmless: BTreeSet<&str> = [
        "calendar.freebusy.query",
        "calendar.events.watch",
        "calendar.channels.stop",
        "gmail.users.watch",
        "gmail.users.stop",
    ]
    .into();
    for (id, name) in APIS {
        let (manifest, document) = (shipped(id), document(name));
        assert!(manifest.barriers.scope_held);
        let reads = manifest.scopes_for(manifest.operations_for(Class::Read));
        assert_eq!(reads.len(), 1, "{reads:?}");
        for method in methods(&document) {
            let by_us = texts(&method["scopes"])
                .intersection(&reads)
                .next()
                .is_some();
            let id = method["id"].as_str().unwrap();
            if by_us && method["httpMethod"] != "GET" {
                assert!(harmless.contains(id), "{id} is open to the token of a scan");
            }
        }
    }
}

/// The write goes where it is meant to, and Google knows each of its fields.
#[test]
fn a_write_holds_fields_of_google_alone_and_mails_nobody() {
    let (manifest, document) = (shipped("google-calendar"), document("calendar.v3"));
    let request = planned(&manifest, "create_event", &sample("create_event"));
    let method = method_of(&document, &request);
    assert_eq!(method["id"], "calendar.events.insert");
    let body: Value = serde_json::from_slice(request.body().unwrap()).unwrap();
    let event = &document["schemas"]["Event"]["properties"];
    for name in body.as_object().unwrap().keys() {
        assert!(!event[name].is_null(), "an event has no {name}");
    }
    assert!(
        request
            .query()
            .contains(&("sendUpdates".to_owned(), "none".to_owned()))
    );
    let values = texts(&method["parameters"]["sendUpdates"]["enum"]);
    assert!(values.contains("none"));
    // Google: base32hex, 5 to 1024 characters.
    let id = body["id"].as_str().unwrap();
    assert!((5..=1024).contains(&id.len()));
    assert!(id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'v')));
}
