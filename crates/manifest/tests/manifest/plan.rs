use manifest::{ConnectionFacts, HostOverrides, PlanError, PlannedRequest};
use serde_json::{Value, json};

use crate::support::{Connected, arguments, key};

fn list(more: Value) -> Result<PlannedRequest, PlanError> {
    let mut given = json!({"owner": "acme", "repo": "shop"});
    given
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    Connected::github().plan("list_issues", &given)
}

fn problem(result: Result<PlannedRequest, PlanError>) -> String {
    result.expect_err("the arguments were accepted").to_string()
}

#[test]
fn a_request_has_a_sorted_query_and_every_fixed_part() {
    let planned = list(json!({"page": 3, "since": "2026-03-02T09:00:00Z"})).unwrap();
    assert_eq!(
        planned.url(),
        "https://api.github.com/repos/acme/shop/issues?direction=asc&page=3&per_page=100\
         &since=2026-03-02T09%3A00%3A00Z&sort=updated&state=all"
    );
    assert_eq!(planned.body(), None);
}

#[test]
fn no_argument_leaves_its_place() {
    for repo in [
        "..",
        ".",
        "",
        "a/b",
        "../../user",
        "a%2Fb",
        "a%2e%2e",
        "a?admin=1",
        "a#x",
        "a\r\nHost: b",
        "a\0",
        "a\\b",
        "．．",
        "shop\u{202e}",
        "a;b",
        "a b",
    ] {
        let result =
            Connected::github().plan("list_issues", &json!({"owner": "acme", "repo": repo}));
        assert!(problem(result).starts_with("repo: "), "{repo:?}");
    }
    for since in [
        "2026-03-02T09:00:00Z&state=open",
        "2026-03-02T09:00:00Z\r\nX: y",
        "x",
    ] {
        assert!(
            problem(list(json!({"since": since}))).starts_with("since: "),
            "{since:?}"
        );
    }
}

#[test]
fn what_the_manifest_fixes_cannot_be_given() {
    for (name, value) in [
        ("state", json!("open")),
        ("per_page", json!(1)),
        ("method", json!("GET")),
    ] {
        assert_eq!(
            problem(list(json!({name: value}))),
            format!("{name}: not declared; declared are owner, repo, after, page, since")
        );
    }
}

#[test]
fn one_request_has_one_spelling() {
    for page in [
        json!("3"),
        json!("3.0"),
        json!(3.0),
        json!(0),
        json!(-1),
        json!(null),
        json!([3]),
    ] {
        assert!(
            problem(list(json!({"page": page}))).starts_with("page: "),
            "{page}"
        );
    }
    let one = list(json!({"page": 3})).unwrap();
    assert_eq!(
        one.canonical(),
        list(json!({"page": 3})).unwrap().canonical()
    );
    assert_ne!(
        one.canonical(),
        list(json!({"page": 4})).unwrap().canonical()
    );
}

#[test]
fn a_body_is_canonical_and_nothing_undeclared_gets_in() {
    let connected = Connected::tracker("https://t.example");
    let plan = |given: Value| connected.plan("create_issue", &given);
    let planned = plan(json!({"title": "é", "priority": "high", "labels": ["b", "a"]})).unwrap();
    assert_eq!(
        std::str::from_utf8(planned.body().unwrap()).unwrap(),
        r#"{"labels":["b","a"],"priority":"high","title":"é"}"#
    );
    for (given, expected) in [
        (json!({}), "title: required"),
        (json!({"title": ""}), "title: does not match [^ ].*"),
        (
            json!({"title": "two\nlines"}),
            "title: the character U+000A is not allowed",
        ),
        (
            json!({"title": "x".repeat(201)}),
            "title: longer than 200 characters",
        ),
        (
            json!({"title": "t", "priority": "now"}),
            "priority: not one of low, medium, high, urgent",
        ),
        (
            json!({"title": "t", "assignee": "me"}),
            "assignee: not declared; declared are body, labels, priority, title",
        ),
        (
            json!({"title": "t", "labels": [["x"]]}),
            "labels[0]: not a string",
        ),
        (
            json!({"title": "t", "body": "a\r\nb"}),
            "body: the character U+000D is not allowed",
        ),
        (
            json!({"title": "t\u{202e}gnp.exe"}),
            "title: the character U+202E is not allowed",
        ),
    ] {
        assert_eq!(problem(plan(given)), expected);
    }
}

#[test]
fn a_write_carries_its_key_and_a_read_has_none() {
    let connected = Connected::tracker("https://t.example");
    let planned = connected
        .plan("create_issue", &json!({"title": "t"}))
        .unwrap();
    let header = ("idempotency-key".to_owned(), key().to_string());
    assert!(planned.headers().contains(&header));

    let facts = connected.facts();
    let write = connected.manifest.operation("create_issue").unwrap();
    let given = arguments(&json!({"title": "t"}));
    let without = PlannedRequest::plan(write, &facts, &given, None);
    assert!(matches!(without, Err(PlanError::Key { needed: true })));
    let read = connected.manifest.operation("list_events").unwrap();
    let with = PlannedRequest::plan(read, &facts, &arguments(&json!({})), Some(&key()));
    assert!(matches!(with, Err(PlanError::Key { needed: false })));
}

#[test]
fn a_mark_is_part_of_what_a_person_approves_and_cannot_be_forged() {
    let connected = Connected::github();
    let base = json!({"owner": "acme", "repo": "shop", "title": "t"});
    let with_body = |text: &str| {
        let mut given = base.clone();
        given["body"] = text.into();
        connected.plan("create_issue", &given)
    };
    let body = |planned: &PlannedRequest| {
        serde_json::from_slice::<Value>(planned.body().unwrap()).unwrap()["body"].clone()
    };
    let mark = format!("<!-- countersign: {} -->", key());
    assert_eq!(
        body(&connected.plan("create_issue", &base).unwrap()),
        json!(mark)
    );
    assert_eq!(
        body(&with_body("hello").unwrap()),
        json!(format!("hello\n\n{mark}"))
    );
    assert!(problem(with_body("x <!-- countersign: apr_other000 -->")).starts_with("body: "));
    assert!(problem(with_body(&"x".repeat(65_530))).starts_with("body: longer"));
}

#[test]
fn an_instance_and_an_override_change_where_a_request_goes_and_nothing_else() {
    let at_root = Connected::tracker("https://t.example")
        .plan("list_events", &json!({}))
        .unwrap();
    let below = Connected::tracker("https://t.example:8443/team").plan("list_events", &json!({}));
    let below = below.unwrap();
    assert_eq!(
        below.url(),
        "https://t.example:8443/team/api/v1/events?limit=100"
    );
    assert_eq!(
        (at_root.query(), at_root.headers()),
        (below.query(), below.headers())
    );

    let mut github = Connected::github();
    let emulator = (
        "api.github.com".parse().unwrap(),
        "http://127.0.0.1:4010".parse().unwrap(),
    );
    github.hosts = [emulator].into_iter().collect();
    let planned = github
        .plan("list_issues", &json!({"owner": "acme", "repo": "shop"}))
        .unwrap();
    assert!(
        planned
            .url()
            .starts_with("http://127.0.0.1:4010/repos/acme/shop/issues?")
    );
    assert_eq!(planned.canonical()["host"], "127.0.0.1");
    assert_eq!(planned.canonical()["port"], 4010);
}

#[test]
fn without_an_instance_there_is_no_request() {
    let connected = Connected::tracker("https://t.example");
    let hosts = HostOverrides::default();
    let nowhere = ConnectionFacts {
        instance: None,
        hosts: &hosts,
    };
    let operation = connected.manifest.operation("list_events").unwrap();
    let planned = PlannedRequest::plan(operation, &nowhere, &arguments(&json!({})), None);
    assert!(matches!(planned, Err(PlanError::Connection(_))));
}

#[test]
fn a_page_that_an_app_names_is_an_argument_like_any_other() {
    let connected = Connected::github();
    let operation = connected.manifest.operation("list_issues").unwrap();
    let first = arguments(&json!({"owner": "acme", "repo": "shop"}));
    let next = |link: &str| {
        connected
            .manifest
            .next_page(operation, &json!([]), Some(link))
    };
    let second =
        next("<https://api.github.com/repositories/1/issues?page=2&after=Y3==>; rel=\"next\"");
    assert_eq!(second.arguments(&first).get("page"), Some(&json!(2)));
    assert_eq!(second.arguments(&first).get("after"), Some(&json!("Y3==")));
    for evil in [
        "<https://evil.example/?page=2;rm>; rel=\"next\"",
        "<https://evil.example/?page=-1>; rel=\"next\"",
        "<https://evil.example/?page=02>; rel=\"next\"",
        "<https://evil.example/?owner=other&token=x>; rel=\"next\"",
    ] {
        assert!(next(evil).is_last(), "{evil}");
    }
}
