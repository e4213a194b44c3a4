//! What leaves for a GraphQL API: the documents of the manifest, and nothing that only looks like them.

use manifest::{Manifest, ManifestError, Undeclared};
use serde_json::{Value, json};

use crate::support::{Connected, LINEAR, Wire, arguments, key};

const TEAM: &str = "9cfb482a-81e3-4154-b5b9-2c805e70a02d";

fn create() -> (Connected, Wire) {
    let connected = Connected::linear();
    let given = json!({"teamId": TEAM, "title": "Slow hand-over", "priority": 2});
    let wire = Wire::of(&connected.plan("create_issue", &given).unwrap());
    (connected, wire)
}

fn list() -> (Connected, Wire) {
    let connected = Connected::linear();
    let given = json!({"since": "2026-03-02T09:00:00Z"});
    let wire = Wire::of(&connected.plan("list_issues", &given).unwrap());
    (connected, wire)
}

/// What becomes of a request whose body is changed so.
fn bent(
    (connected, mut wire): (Connected, Wire),
    change: impl FnOnce(&mut Value),
) -> Result<String, Undeclared> {
    let mut body: Value = serde_json::from_slice(wire.body.as_deref().unwrap()).unwrap();
    change(&mut body);
    wire.body = Some(canonical(&body));
    connected.admit(&wire).map(str::to_owned)
}

/// Canonical, so that nothing but the change can be what is refused.
fn canonical(value: &Value) -> Vec<u8> {
    ::crypto::canonical::to_vec(value).unwrap()
}

#[test]
fn a_request_is_its_document_and_its_variables() {
    let (connected, wire) = create();
    assert_eq!(connected.admit(&wire), Ok("create_issue"));
    let body: Value = serde_json::from_slice(wire.body.as_deref().unwrap()).unwrap();
    let operation = connected.manifest.operation("create_issue").unwrap();
    assert_eq!(body["query"], operation.document().unwrap().text());
    assert_eq!(
        body["variables"],
        json!({
            "id": manifest::KeyForm::Uuid.write(&key()),
            "teamId": TEAM, "title": "Slow hand-over", "priority": 2,
        })
    );
    assert_eq!(body.as_object().unwrap().len(), 2);
    insta::assert_snapshot!(serde_json::to_string_pretty(&body).unwrap());
}

/// GraphQL over HTTP 5.1: variables may be left out.
#[test]
fn a_request_without_variables_has_none() {
    let connected = Connected::linear();
    let wire = Wire::of(&connected.plan("list_teams", &json!({})).unwrap());
    let body: Value = serde_json::from_slice(wire.body.as_deref().unwrap()).unwrap();
    assert_eq!(body.as_object().unwrap().len(), 1);
    assert_eq!(connected.admit(&wire), Ok("list_teams"));
}

#[test]
fn another_document_is_no_operation() {
    let changed = |from: &'static str, to: &'static str| {
        bent(create(), move |body| {
            let text = body["query"].as_str().unwrap().to_owned();
            assert!(text.contains(from), "{from}");
            body["query"] = text.replacen(from, to, 1).into();
        })
    };
    for (from, to) in [
        // An alias, under which the allow-list of the answer would keep another field.
        (
            "issue { identifier url }",
            "issue { identifier url: description }",
        ),
        (
            "issue { identifier url }",
            "issue { identifier url description }",
        ),
        ("issueCreate(", "issueCreate: issueDelete("),
        // A second field at the root, a second operation, a fragment.
        (
            "mutation CreateIssue",
            "mutation Evil { teamDelete(id: \"x\") { success } } mutation CreateIssue",
        ),
        ("success\n", "success ...F\n"),
        (
            "{\n  issueCreate",
            "{\n  teamDelete(id: $teamId) { success }\n  issueCreate",
        ),
        // What a parser skips: a comment, a comma, a byte order mark, another end of line.
        ("mutation", "# harmless\nmutation"),
        ("success\n", "success,\n"),
        ("mutation", "\u{feff}mutation"),
        ("success\n", "success\r\n"),
        ("mutation", " mutation"),
        ("mutation CreateIssue", "query CreateIssue"),
        ("mutation CreateIssue", "subscription CreateIssue"),
        ("success", "success @include(if: true)"),
        ("title: $title", "title: \"other\""),
        ("$title: String!", "$title: String! = \"x\""),
    ] {
        assert_eq!(changed(from, to), Err(Undeclared::Body), "{to}");
    }
    let of = |text: Value| bent(create(), |body| body["query"] = text);
    for other in [
        json!("mutation { issueDelete(id: \"x\") { success } }"),
        json!("{ viewer { email } }"),
        json!("{ __schema { types { name } } }"),
        json!(""),
        json!(null),
        json!(["a"]),
        json!({"text": "a"}),
    ] {
        assert_eq!(of(other), Err(Undeclared::Body));
    }
    // The document of another operation is that operation, and its variables do not fit.
    let (connected, _) = list();
    let theirs = connected.manifest.operation("list_teams").unwrap();
    let theirs = theirs.document().unwrap().text().to_owned();
    assert_eq!(of(theirs.into()), Err(Undeclared::Body));
}

#[test]
fn nothing_stands_beside_a_document_and_its_variables() {
    for (name, value) in [
        ("operationName", json!("CreateIssue")),
        ("operationName", json!(null)),
        (
            "extensions",
            json!({"persistedQuery": {"version": 1, "sha256Hash": "ab".repeat(32)}}),
        ),
        ("extensions", json!({})),
        ("id", json!("stored-document")),
        ("doc_id", json!("1")),
        ("documentId", json!("sha256:ab")),
        ("queryId", json!("1")),
        ("mutation", json!("{ x }")),
        ("graphql.document", json!("{ x }")),
    ] {
        let added = bent(create(), |body| body[name] = value);
        assert_eq!(added, Err(Undeclared::Body), "{name}");
    }
    // A persisted query is one whose text is left out.
    let persisted = bent(create(), |body| {
        body.as_object_mut().unwrap().remove("query");
        body["extensions"] = json!({"persistedQuery": {"version": 1, "sha256Hash": "ab"}});
    });
    assert_eq!(persisted, Err(Undeclared::Body));
}

#[test]
fn a_batch_is_no_operation() {
    for batch in [
        |body: &mut Value| *body = json!([body.clone()]),
        |body: &mut Value| *body = json!([body.clone(), body.clone()]),
        |body: &mut Value| *body = json!([]),
        |body: &mut Value| *body = json!({"0": body.clone()}),
    ] {
        assert_eq!(bent(list(), batch), Err(Undeclared::Body));
    }
}

#[test]
fn variables_are_as_declared() {
    let set = |name: &'static str, value: Value| {
        bent(create(), move |body| body["variables"][name] = value)
    };
    for value in [
        json!(1),
        json!(null),
        json!(["a"]),
        json!({"a": 1}),
        json!(true),
        json!(""),
    ] {
        assert_eq!(set("title", value), Err(Undeclared::Body));
    }
    for value in [json!("2"), json!(2.5), json!(5), json!(-1), json!(null)] {
        assert_eq!(set("priority", value), Err(Undeclared::Body));
    }
    for (name, value) in [
        ("admin", json!(true)),
        ("teamId", json!("other team")),
        ("id", json!("not a uuid")),
        // A UUID, but not one that the planner could have made: version 1.
        ("id", json!("6ba7b810-9dad-11d1-80b4-00c04fd430c8")),
        ("id", json!(null)),
        ("description", json!("a\u{202e}b")),
    ] {
        assert_eq!(set(name, value), Err(Undeclared::Body), "{name}");
    }
    for gone in ["id", "teamId", "title"] {
        let removed = bent(create(), |body| {
            body["variables"].as_object_mut().unwrap().remove(gone);
        });
        assert_eq!(removed, Err(Undeclared::Body), "{gone}");
    }
    for whole in [json!("{}"), json!([]), json!(null), json!({})] {
        let replaced = bent(create(), |body| body["variables"] = whole);
        assert_eq!(replaced, Err(Undeclared::Body));
    }
}

#[test]
fn one_body_has_one_spelling() {
    let (connected, wire) = list();
    let text = String::from_utf8(wire.body.clone().unwrap()).unwrap();
    let swapped = text.replacen("{\"query\":", "{\"variables\":{},\"query\":", 1);
    let twice = text.replacen("{\"query\":", "{\"query\":\"{ x }\",\"query\":", 1);
    let escaped = text.replacen("query Issues", "\\u0071uery Issues", 1);
    for other in [
        format!(" {text}"),
        format!("{text}\n"),
        text.replacen("{\"query\":", "{ \"query\":", 1),
        escaped,
        swapped,
        twice,
    ] {
        assert_ne!(other, text);
        let mut bent = wire.clone();
        bent.body = Some(other.into_bytes());
        assert_eq!(connected.admit(&bent), Err(Undeclared::Body));
    }
    // A query in the address is the other way in (GraphQL over HTTP 6.1).
    let mut by_get = wire.clone();
    (by_get.method, by_get.query) = (
        "GET".to_owned(),
        Some("query=%7Bviewer%7Bid%7D%7D".to_owned()),
    );
    assert_eq!(connected.admit(&by_get), Err(Undeclared::Address));
    for kind in ["application/graphql", "text/plain", "multipart/form-data"] {
        let mut other = wire.clone();
        let header = other
            .headers
            .iter_mut()
            .find(|(name, _)| name == "content-type");
        header.unwrap().1 = kind.as_bytes().to_vec();
        assert_eq!(connected.admit(&other), Err(Undeclared::Headers));
    }
}

#[test]
fn a_lost_issue_is_asked_for_by_the_identifier_that_it_was_given() {
    let linear = Connected::linear().manifest;
    let write = linear.operation("create_issue").unwrap();
    let rule = write.reconcile.as_ref().unwrap();
    let read = linear.operation(&rule.operation).unwrap();
    let written = arguments(&json!({"teamId": TEAM, "title": "t"}));
    let look_up = rule.arguments(read, &written, &key());
    let id = manifest::KeyForm::Uuid.write(&key());
    assert_eq!(look_up, arguments(&json!({"id": id})));
    let kept = json!({"data": {"issues": {"nodes": [
        {"identifier": "ENG-7", "url": "https://linear.app/acme/issue/ENG-7"},
    ]}}});
    let shown = rule.result().unwrap().read(rule.find(&kept).unwrap());
    assert_eq!(shown.id.as_deref(), Some("ENG-7"));
    assert!(shown.link.is_some());
    assert_eq!(rule.find(&json!({"data": {"issues": {"nodes": []}}})), None);
}

#[test]
fn a_history_becomes_events_and_pages_end_where_relay_says() {
    let linear = Connected::linear().manifest;
    let at = "2026-03-02T09:00:00Z";
    let entry = |more: Value| {
        let mut entry = json!({
            "id": "h1", "createdAt": at, "issue": {"identifier": "ENG-7"},
            "actor": {"displayName": "ada"}, "toState": null, "toAssigneeId": null,
            "toPriority": null, "archived": null, "trashed": false,
        });
        entry
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        entry
    };
    let kept = json!({"data": {"issue": {"history": {
        "nodes": [
            entry(json!({"toState": {"name": "In Progress"}, "toAssigneeId": "u1"})),
            entry(json!({"toPriority": 0, "actor": null})),
            entry(json!({"autoClosed": true})),
            entry(json!({})),
        ],
        "pageInfo": {"hasNextPage": true, "endCursor": "Y3Vyc29y"},
    }}}});
    let operation = linear.operation("list_issue_history").unwrap();
    let asked = arguments(&json!({"id": TEAM}));
    let told: Vec<String> = operation
        .extract(&kept, &asked)
        .events
        .iter()
        .map(|e| {
            format!(
                "{} {} {}",
                e.case,
                e.activity,
                e.resource.as_deref().unwrap_or("-")
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "ENG-7 In Progress ada",
            "ENG-7 Assigned ada",
            "ENG-7 Priority changed -",
            "ENG-7 Closed by Linear -",
        ]
    );
    let next = linear.next_page(operation, &kept, None).arguments(&asked);
    assert_eq!(next.get("after"), Some(&json!("Y3Vyc29y")));
    let mut last = kept;
    last["data"]["issue"]["history"]["pageInfo"]["hasNextPage"] = json!(false);
    assert!(linear.next_page(operation, &last, None).is_last());
}

/// The error after one edit of Linear's manifest, which must change something.
fn edited(from: &str, to: &str) -> ManifestError {
    assert!(LINEAR.contains(from), "nothing to replace: {from}");
    Manifest::parse(&LINEAR.replacen(from, to, 1)).expect_err(to)
}

#[test]
fn a_document_that_does_more_than_it_says_does_not_load() {
    let mutation = "mutation CreateIssue($id";
    let list = "query Teams($after: String) {";
    for (from, to, why) in [
        (list, "mutation Teams($after: String) {", "class `write`"),
        (list, "subscription Teams($after: String) {", "subscribes"),
        (mutation, "query CreateIssue($id", "class `read`"),
        (
            list,
            "query Teams($after: String) { viewer { id }",
            "does not keep",
        ),
        (
            "    success\n",
            "    success\n    lastSyncId\n",
            "does not keep",
        ),
        (
            "  issueCreate(\n",
            "  again: issueCreate(input: { teamId: $teamId, title: $title }) { success }\n  issueCreate(\n",
            "one field at its root",
        ),
        (
            "  issueCreate(\n",
            "  ... on Mutation { teamDelete(id: $teamId) { success } }\n  issueCreate(\n",
            "one field at its root",
        ),
        (
            list,
            "fragment F on Query { viewer { id } }\nquery Teams($after: String) {",
            "one operation",
        ),
        (
            list,
            "mutation M { a }\nquery Teams($after: String) {",
            "one operation",
        ),
        ("nodes { id key name }", "nodes { ...T }", "fragments"),
        (
            "nodes { id key name }",
            "nodes { id key @skip(if: true) name }",
            "directives",
        ),
        (
            "nodes { id key name }",
            "nodes { id ... @include(if: true) { key name } }",
            "directives",
        ),
        (list, "query Teams($after: String) @live {", "directives"),
        (
            "nodes { id key name }",
            "nodes { id key name name: description }",
            "two fields",
        ),
        (
            "nodes { id key name }",
            "nodes { id key name",
            "not a GraphQL document",
        ),
        (
            "nodes { id key name }",
            "nodes { id key title: name }",
            "does not ask for it",
        ),
        (list, "type Query { a: Int }", "not a GraphQL document"),
    ] {
        let error = edited(from, to);
        assert!(error.problem.contains(why), "{to}: {error}");
    }
}

#[test]
fn documents_and_variables_fit_together() {
    for (from, to, why) in [
        (
            "($after: String) {\n  teams",
            "($after: Int) {\n  teams",
            "another type",
        ),
        (
            "($after: String) {\n  teams",
            "($after: [String]) {\n  teams",
            "another type",
        ),
        (
            "($after: String) {\n  teams",
            "($after: String!) {\n  teams",
            "required here",
        ),
        (
            "($after: String) {\n  teams",
            "($after: String, $all: Boolean) {\n  teams",
            "not declared",
        ),
        (
            "query Teams($after: String) {",
            "query Teams {",
            "no such variable",
        ),
        (
            "id = { key = \"uuid\" }",
            "id = { key = \"short\" }",
            "`plain`, `uuid` or `hex`",
        ),
        (
            "id = { key = \"uuid\" }",
            "id = { key = \"uuid\", at = \"x\" }",
            "at the top of a body",
        ),
        (
            "[operations.list_teams.graphql.variables]\nafter = { type = \"string\", max_length = 200, pattern = \"[A-Za-z0-9+/=_-]+\" }",
            "[operations.list_teams.graphql.variables]\nafter = { key = \"uuid\" }",
            "a read has no key",
        ),
        (
            "[operations.list_teams.graphql]",
            "[operations.list_teams.body]\nx = { fixed = 1 }\n\n[operations.list_teams.graphql]",
            "document for a body",
        ),
        ("method = \"POST\"", "method = \"GET\"", "sent by POST"),
        (
            "method = \"POST\"",
            "method = \"POST\"\nread_by_post = true",
            "document says",
        ),
        ("\"data.teams.nodes[].key\",", "", "does not keep"),
        (
            "more = \"data.teams.pageInfo.hasNextPage\"",
            "more = \"data.teams.nodes[].id\"",
            "one value",
        ),
        (
            "result = { link = \"url\", id = \"identifier\" } }",
            "}",
            "does not keep",
        ),
    ] {
        let error = edited(from, to);
        assert!(error.problem.contains(why), "{to}: {error}");
    }
}

#[test]
fn an_error_points_into_the_document() {
    let error = edited(
        "nodes { id key name }",
        "nodes { id key @skip(if: true) name }",
    );
    let line = LINEAR
        .lines()
        .position(|line| line.contains("nodes { id key name }"));
    assert_eq!(error.line, line.unwrap() + 1);
    assert_eq!(error.column, "    nodes { id key ".len() + 1);
    assert_eq!(error.found, "@skip(if: true)");
}

/// Two documents of one address are told apart by their text alone.
#[test]
fn one_document_is_one_operation() {
    let team = "query Teams($after: String) {\n  teams(first: 100, after: $after) {\n    nodes { id key name }\n    pageInfo { hasNextPage endCursor }\n  }\n}\n";
    assert!(LINEAR.contains(team));
    let (_, operation) = LINEAR.split_once("[operations.list_teams]").unwrap();
    let again = operation.replace("operations.list_teams", "operations.list_teams_again");
    let twice = format!("{LINEAR}\n[operations.list_teams_again]{again}");
    let error = Manifest::parse(&twice).unwrap_err();
    assert!(
        error.problem.contains("some request would be both"),
        "{error}"
    );
}
