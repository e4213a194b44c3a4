//! GitHub, as the OpenAPI description of its REST API in the npm package `@octokit/openapi` has it: GitHub publishes it.

use manifest::PlannedRequest;
use serde_json::{Value, json};

use super::{fits, kept, planned, root, shipped};

fn document() -> Value {
    let path = "tests/providers/node_modules/@octokit/openapi/generated/api.github.com.json";
    let path = root().join(path);
    assert!(
        path.exists(),
        "run ./dev test, which installs what GitHub says of its API"
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A call of each operation, with everything that it takes.
fn sample(operation: &str) -> Value {
    match operation {
        "list_issues" => json!({
            "owner": "acme", "repo": "desk", "since": "2026-03-02T09:00:00Z", "page": 2, "after": "Y3Vyc29y",
        }),
        "list_issue_timeline" => {
            json!({ "owner": "acme", "repo": "desk", "issue_number": 7, "page": 2 })
        }
        "list_issue_events" => json!({ "owner": "acme", "repo": "desk", "page": 2 }),
        "find_created_issue" => {
            json!({ "owner": "acme", "repo": "desk", "page": 2, "after": "Y3Vyc29y" })
        }
        "create_issue" => json!({
            "owner": "acme", "repo": "desk", "title": "Order toner", "body": "Black.", "labels": ["supplies"],
        }),
        "who_am_i" => json!({}),
        other => panic!("no sample of {other}"),
    }
}

/// What a reference leads to.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(place) => document.pointer(place.strip_prefix('#').unwrap()).unwrap(),
        None => value,
    }
}

/// The operation of the API that a request is: its path with the fewest holes is what a server takes it for.
fn operation_of<'a>(document: &'a Value, request: &PlannedRequest) -> &'a Value {
    assert_eq!(document["servers"][0]["url"], request.origin().to_string());
    let paths = document["paths"].as_object().unwrap();
    let mut all: Vec<_> = paths
        .iter()
        .filter(|(path, _)| fits(path, request.path()))
        .collect();
    all.sort_by_key(|(path, _)| path.matches('{').count());
    let (_, methods) = all
        .first()
        .unwrap_or_else(|| panic!("GitHub has no {}", request.path()));
    &methods[request.method().as_str().to_ascii_lowercase()]
}

/// The query keys of an operation.
fn keys<'a>(document: &'a Value, operation: &'a Value) -> Vec<&'a str> {
    let all = operation["parameters"].as_array().into_iter().flatten();
    let all = all.map(|one| resolved(document, one));
    all.filter(|one| one["in"] == "query")
        .map(|one| one["name"].as_str().unwrap())
        .collect()
}

/// Whether a schema has what these names lead to, in one of its alternatives at least.
fn has(document: &Value, schema: &Value, path: &[String]) -> bool {
    let schema = resolved(document, schema);
    let several = ["anyOf", "oneOf", "allOf"]
        .iter()
        .filter_map(|word| schema[word].as_array());
    if several.flatten().any(|one| has(document, one, path)) {
        return true;
    }
    if !schema["items"].is_null() {
        return has(document, &schema["items"], path);
    }
    match path.split_first() {
        Some((name, rest)) => {
            let member = &schema["properties"][name];
            !member.is_null() && has(document, member, rest)
        }
        None => schema["properties"].is_null() && !schema.is_null(),
    }
}

/// What a good answer holds.
fn answer(operation: &Value) -> &Value {
    let good = operation["responses"].as_object().unwrap();
    let (_, good) = good
        .iter()
        .find(|(status, _)| status.starts_with('2'))
        .unwrap();
    &good["content"]["application/json"]["schema"]
}

#[test]
fn every_operation_is_one_that_github_has_with_its_keys_and_its_fields() {
    let document = document();
    assert!(document["paths"].as_object().unwrap().len() > 700);
    for id in ["github", "github-app", "github-token"] {
        let manifest = shipped(id);
        for operation in manifest.operations() {
            let request = planned(&manifest, &operation.id, &sample(&operation.id));
            let theirs = operation_of(&document, &request);
            assert!(
                !theirs.is_null(),
                "GitHub has no {} {}",
                request.method().as_str(),
                request.path()
            );
            let known = keys(&document, theirs);
            for (key, _) in request.query() {
                let after = key == "after" && operation.pagination.is_some();
                assert!(
                    after || known.contains(&key.as_str()),
                    "{}: no key {key}",
                    theirs["operationId"]
                );
            }
            for path in kept(&operation.response) {
                assert!(
                    has(&document, answer(theirs), &path),
                    "{}: {path:?}",
                    theirs["operationId"]
                );
            }
        }
    }
}

#[test]
fn the_write_holds_fields_of_github_alone() {
    let (manifest, document) = (shipped("github"), document());
    let request = planned(&manifest, "create_issue", &sample("create_issue"));
    let theirs = operation_of(&document, &request);
    assert_eq!(theirs["operationId"], "issues/create");
    let fields = &theirs["requestBody"]["content"]["application/json"]["schema"];
    let body: Value = serde_json::from_slice(request.body().unwrap()).unwrap();
    for name in body.as_object().unwrap().keys() {
        assert!(
            has(&document, fields, std::slice::from_ref(name)),
            "an issue has no {name}"
        );
    }
}

#[test]
fn the_check_of_fields_finds_one_that_github_does_not_have() {
    let document = document();
    let manifest = shipped("github");
    let request = planned(&manifest, "list_issues", &sample("list_issues"));
    let schema = answer(operation_of(&document, &request));
    let path = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    assert!(has(&document, schema, &path(&["user", "login"])));
    assert!(!has(&document, schema, &path(&["user", "loginn"])));
    assert!(!has(&document, schema, &path(&["user"])));
}

/// What an app asks for under its own key, and how its tokens end, is GitHub's; so is each permission and its level.
#[test]
fn tokens_of_an_installation_are_asked_for_as_github_has_it() {
    let (manifest, document) = (shipped("github-app"), document());
    let paths = &document["paths"];
    let asked = &paths["/app/installations/{installation_id}/access_tokens"]["post"];
    assert_eq!(
        asked["operationId"],
        "apps/create-installation-access-token"
    );
    let ended = &paths["/installation/token"]["delete"];
    assert_eq!(
        ended["operationId"],
        "apps/revoke-installation-access-token"
    );
    let body = &asked["requestBody"]["content"]["application/json"]["schema"]["properties"];
    assert_eq!(body["repositories"]["type"], "array");
    let permissions = resolved(&document, &body["permissions"]);
    for (scope, _) in manifest.scopes() {
        let (name, level) = manifest::permission(scope).unwrap();
        let levels = permissions["properties"][name]["enum"].as_array();
        assert!(
            levels.is_some_and(|levels| levels.contains(&json!(level))),
            "{scope}"
        );
    }
    let answered = resolved(&document, &asked["responses"]["201"]);
    let schema = &answered["content"]["application/json"]["schema"];
    for path in [
        &["token"][..],
        &["expires_at"],
        &["repositories", "full_name"],
    ] {
        let path: Vec<_> = path.iter().map(|name| (*name).to_owned()).collect();
        assert!(has(&document, schema, &path), "{path:?}");
    }
}
