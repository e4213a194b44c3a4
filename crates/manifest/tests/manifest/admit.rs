use manifest::Undeclared;
use serde_json::json;

use crate::support::{Connected, Wire};

fn list() -> (Connected, Wire) {
    let connected = Connected::github();
    let planned = connected.plan(
        "list_issues",
        &json!({"owner": "acme", "repo": "shop", "page": 2}),
    );
    let wire = Wire::of(&planned.unwrap());
    (connected, wire)
}

fn create() -> (Connected, Wire) {
    let connected = Connected::tracker("https://t.example/team");
    let planned = connected.plan("create_issue", &json!({"title": "t"}));
    let wire = Wire::of(&planned.unwrap());
    (connected, wire)
}

/// What becomes of a request after one change.
fn bent(
    (connected, mut wire): (Connected, Wire),
    change: impl FnOnce(&mut Wire),
) -> Result<String, Undeclared> {
    change(&mut wire);
    connected.admit(&wire).map(str::to_owned)
}

#[test]
fn every_planned_request_is_recognised() {
    assert_eq!(bent(list(), |_| {}).as_deref(), Ok("list_issues"));
    assert_eq!(bent(create(), |_| {}).as_deref(), Ok("create_issue"));
    let github = Connected::github();
    let given = json!({"owner": "a", "repo": "b", "title": "t", "body": "text\n\n", "labels": []});
    let wire = Wire::of(&github.plan("create_issue", &given).unwrap());
    assert_eq!(github.admit(&wire), Ok("create_issue"));
    let given = json!({"owner": "a", "repo": "b"});
    let wire = Wire::of(&github.plan("find_created_issue", &given).unwrap());
    assert_eq!(github.admit(&wire), Ok("find_created_issue"));
}

#[test]
fn another_place_is_no_operation() {
    for host in [
        "api.github.com.",
        "API.GITHUB.COM",
        "evil.example",
        "u@api.github.com",
        "127.0.0.1",
        "",
    ] {
        assert_eq!(
            bent(list(), |w| w.host = host.to_owned()),
            Err(Undeclared::Address),
            "{host}"
        );
    }
    assert_eq!(bent(list(), |w| w.port = 80), Err(Undeclared::Address));
    assert_eq!(
        bent(list(), |w| w.scheme = "http".to_owned()),
        Err(Undeclared::Address)
    );
    for method in ["POST", "HEAD", "DELETE", "get", "GET ", ""] {
        let refused = bent(list(), |w| w.method = method.to_owned());
        assert!(refused.is_err(), "{method}");
    }
    for path in [
        "/user",
        "/repos/acme/shop",
        "/repos/acme/shop/issues/",
        "/repos/acme/shop/issues/1",
        "//repos/acme/shop/issues",
        "/repos/acme/../issues",
        "/repos/acme/%2e%2e/issues",
        "/repos/acme/shop/%69ssues",
        "/repos/acme/sh%6Fp/issues",
        "/repos/acme/shop/issues;x",
        "/repos/acme/shop%2Fx/issues",
        "/repos//shop/issues",
        "/repos/acme/shop/issues#x",
        "/repos/acme/sh+op/issues",
        "/x/../repos/acme/shop/issues",
        "repos/acme/shop/issues",
        "",
    ] {
        assert_eq!(
            bent(list(), |w| w.path = path.to_owned()),
            Err(Undeclared::Address),
            "{path}"
        );
    }
    assert_eq!(
        bent(create(), |w| w.path = "/api/v1/issues".to_owned()),
        Err(Undeclared::Address)
    );
}

#[test]
fn another_query_is_no_operation() {
    let good = list().1.query.unwrap();
    let spaced = good.replace("page=2", "page=2 ");
    for query in [
        format!("{good}&admin=1"),
        format!("{good}&page=2"),
        format!("{good}&"),
        format!("&{good}"),
        good.replace("page=2", "page=02"),
        good.replace("page=2", "page=%32"),
        good.replace("page=2", "page=2%0d%0aX:1"),
        good.replace("page=2", "page"),
        good.replace("page=2", "page="),
        good.replace("page=2", "Page=2"),
        good.replace("state=all", "state=open"),
        good.replace("&state=all", ""),
        good.replace("direction=asc&page=2", "page=2&direction=asc"),
        good.replace('&', ";"),
        spaced,
        String::new(),
    ] {
        let refused = bent(list(), |w| w.query = Some(query.clone()));
        assert_eq!(refused, Err(Undeclared::Query), "{query}");
    }
    assert_eq!(bent(list(), |w| w.query = None), Err(Undeclared::Query));
    assert_eq!(
        bent(create(), |w| w.query = Some("dry_run=0".to_owned())),
        Err(Undeclared::Query)
    );
}

#[test]
fn another_body_is_no_operation() {
    for body in [
        r#"{"title":"t","assignee":"me"}"#,
        r#"{"title":"t","title":"u"}"#,
        r#"{"title": "t"}"#,
        r#"{"priority":"high","title":"t","body":"order"}"#,
        r#"{"title":"\u0074"}"#,
        r#"{"title":1}"#,
        r#"{"title":""}"#,
        r#"[{"title":"t"}]"#,
        r#"{"title":"t"} "#,
        "title=t",
        "",
    ] {
        let refused = bent(create(), |w| w.body = Some(body.as_bytes().to_vec()));
        assert_eq!(refused, Err(Undeclared::Body), "{body}");
    }
    assert_eq!(bent(create(), |w| w.body = None), Err(Undeclared::Body));
    assert_eq!(
        bent(list(), |w| w.body = Some(b"{}".to_vec())),
        Err(Undeclared::Body)
    );
    assert_eq!(
        bent(list(), |w| w.body = Some(Vec::new())),
        Err(Undeclared::Body)
    );
}

#[test]
fn another_header_is_no_operation() {
    for (name, value) in [
        ("x-http-method-override", "DELETE"),
        ("x-method-override", "PUT"),
        ("cookie", "a=b"),
        ("authorization", "Bearer other"),
        ("accept", "text/html"),
        ("host", "evil.example"),
        ("content-length", "0"),
        ("transfer-encoding", "chunked"),
        ("x-forwarded-host", "evil.example"),
        ("accept\r\nx-evil", "1"),
        ("", ""),
    ] {
        let extra = (name.to_owned(), value.as_bytes().to_vec());
        let refused = bent(list(), |w| w.headers.push(extra));
        assert_eq!(refused, Err(Undeclared::Headers), "{name}");
    }
    assert_eq!(
        bent(list(), |w| {
            w.headers.pop();
        }),
        Err(Undeclared::Headers)
    );
    let twice = |w: &mut Wire| w.headers.push(w.headers[0].clone());
    assert_eq!(bent(list(), twice), Err(Undeclared::Headers));
    let text = |w: &mut Wire| {
        w.headers
            .iter_mut()
            .find(|(name, _)| name == "content-type")
            .unwrap()
            .1 = b"text/plain".to_vec();
    };
    assert_eq!(bent(create(), text), Err(Undeclared::Headers));
    let no_key = |w: &mut Wire| w.headers.retain(|(name, _)| name != "idempotency-key");
    assert_eq!(bent(create(), no_key), Err(Undeclared::Headers));
    let bad_key = |w: &mut Wire| {
        w.headers
            .iter_mut()
            .find(|(name, _)| name == "idempotency-key")
            .unwrap()
            .1 = b"a\r\nb".to_vec();
    };
    assert_eq!(bent(create(), bad_key), Err(Undeclared::Headers));
}

#[test]
fn a_github_issue_without_its_mark_is_no_operation() {
    let github = Connected::github();
    let given = json!({"owner": "a", "repo": "b", "title": "t"});
    let mut wire = Wire::of(&github.plan("create_issue", &given).unwrap());
    wire.body = Some(br#"{"body":"no mark","title":"t"}"#.to_vec());
    assert_eq!(github.admit(&wire), Err(Undeclared::Body));
}
