//! Which requests leave at all.

use manifest::{Manifest, Undeclared};
use serde_json::json;

use super::site::{Reply, Site};
use super::support::{Door, TRACKER, plan, token};
use crate::egress::EgressError;
use crate::egress::wire::{build, recognise};

const EVENTS: &str = r#"{"events":[],"next_cursor":null}"#;

/// What happens to a request that was planned under another manifest, as a planner with a hole in
/// it would have made it.
async fn sent_under_the_real_manifest(edits: &[(&str, &str)], id: &str) -> EgressError {
    let site = Site::always(Reply::json(EVENTS)).await;
    let door = Door::to(&site);
    let mut text = TRACKER.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let other = Manifest::parse(&text).unwrap();
    let instance = door.instance.as_ref();
    let planned = plan(&other, &door.egress, instance, (id, &json!({}))).unwrap();
    let refused = door
        .egress
        .send_read(&planned, door.route(), &token())
        .await;
    assert_eq!(door.egress.sockets().opened(), 0);
    assert_eq!(site.connections().await, 0);
    refused.expect_err("an undeclared request was sent")
}

#[tokio::test]
async fn what_the_manifest_does_not_declare_is_refused_before_a_socket_opens() {
    let path = "path = \"/api/v1/events\"";
    let get = "class = \"read\"\nmethod = \"GET\"\npath = \"/api/v1/events\"";
    let by_post = get.replace("\"GET\"", "\"POST\"\nread_by_post = true");
    let fixed = "[operations.list_events.query]\nlimit = { fixed = 100 }";
    let more = format!("{fixed}\nadmin = {{ fixed = 1 }}");
    let other = fixed.replace("100", "99");
    let header = "[operations.list_events.query]";
    let headers = format!("[operations.list_events.headers]\nx-team = \"all\"\n\n{header}");
    let accept = format!("[operations.list_events.headers]\naccept = \"text/html\"\n\n{header}");
    for (from, to, why) in [
        (path, "path = \"/api/v1/users\"", Undeclared::Address),
        (path, "path = \"/api/v1/events/all\"", Undeclared::Address),
        (get, &by_post, Undeclared::Address),
        (fixed, &more, Undeclared::Query),
        (fixed, &other, Undeclared::Query),
        (header, &headers, Undeclared::Headers),
        (header, &accept, Undeclared::Headers),
    ] {
        let error = sent_under_the_real_manifest(&[(from, to)], "list_events").await;
        assert_eq!(error, EgressError::Undeclared(why), "{to}");
    }
}

/// The bytes count, not the name that the planner gave the request.
#[tokio::test]
async fn a_request_under_another_operations_name_is_refused() {
    let edits = &[
        ("[operations.list_events]", "[operations.list_everything]"),
        (
            "[operations.list_events.query]",
            "[operations.list_everything.query]",
        ),
        (
            "[operations.list_events.response]",
            "[operations.list_everything.response]",
        ),
        (
            "[[operations.list_events.events]]",
            "[[operations.list_everything.events]]",
        ),
        (
            "[operations.list_events.events.activities]",
            "[operations.list_everything.events.activities]",
        ),
        (
            "operation = \"list_events\"",
            "operation = \"list_everything\"",
        ),
    ];
    let error = sent_under_the_real_manifest(edits, "list_everything").await;
    assert_eq!(error.code(), "egress.undeclared");
}

/// Changes what reqwest is about to send, after the planner is done with it.
async fn bent(change: impl FnOnce(&mut reqwest::Request)) -> Result<String, EgressError> {
    let site = Site::always(Reply::json(EVENTS)).await;
    let door = Door::to(&site);
    let planned = door
        .plan("list_events", &json!({"cursor": "ZS44"}))
        .unwrap();
    let client = door.egress.clients.reader(planned.origin()).unwrap();
    let mut request = build(&client.client, &planned).unwrap();
    change(&mut request);
    let facts = door.egress.facts(door.instance.as_ref());
    recognise(&request, &door.manifest, &facts).map(|admitted| admitted.operation.id.clone())
}

#[tokio::test]
async fn nothing_is_added_to_a_request_on_its_way_out() {
    assert_eq!(bent(|_| {}).await.as_deref(), Ok("list_events"));
    for (name, value) in [
        ("x-http-method-override", "DELETE"),
        ("x-http-method", "DELETE"),
        ("x-method-override", "PUT"),
        ("host", "evil.example"),
        ("transfer-encoding", "chunked"),
        ("content-length", "5"),
        ("connection", "x-team"),
        ("cookie", "a=b"),
        ("authorization", "Bearer other"),
        ("x-forwarded-host", "evil.example"),
        ("accept", "text/html"),
        ("te", "trailers"),
    ] {
        let refused = bent(|r| {
            r.headers_mut().insert(name, value.parse().unwrap());
        })
        .await;
        assert_eq!(
            refused,
            Err(EgressError::Undeclared(Undeclared::Headers)),
            "{name}"
        );
    }
    let accept = |r: &mut reqwest::Request| {
        r.headers_mut()
            .append("accept", "application/json".parse().unwrap());
    };
    assert_eq!(
        bent(accept).await,
        Err(EgressError::Undeclared(Undeclared::Headers))
    );
    let body = |r: &mut reqwest::Request| *r.body_mut() = Some("{}".into());
    assert_eq!(
        bent(body).await,
        Err(EgressError::Undeclared(Undeclared::Body))
    );
    for method in ["DELETE", "HEAD", "POST", "OPTIONS", "get"] {
        let other = http::Method::from_bytes(method.as_bytes()).unwrap();
        let refused = bent(|r| *r.method_mut() = other).await;
        assert_eq!(
            refused,
            Err(EgressError::Undeclared(Undeclared::Address)),
            "{method}"
        );
    }
}

#[tokio::test]
async fn tricks_with_the_url_are_refused() {
    type Change = fn(&mut url::Url);
    let changes: &[(&str, Change)] = &[
        ("user", |url| url.set_username("evil").unwrap()),
        ("password", |url| url.set_password(Some("evil")).unwrap()),
        ("fragment", |url| url.set_fragment(Some("x"))),
        ("empty fragment", |url| url.set_fragment(Some(""))),
        ("port", |url| url.set_port(Some(81)).unwrap()),
        ("no port", |url| url.set_port(None).unwrap()),
        ("host", |url| url.set_host(Some("evil.example")).unwrap()),
        ("host with a dot", |url| {
            url.set_host(Some("tracker.example.")).unwrap();
        }),
        ("host in another case and form", |url| {
            url.set_host(Some("[::FFFF:127.0.0.1]")).unwrap();
        }),
        ("scheme", |url| url.set_scheme("https").unwrap()),
        ("climbing", |url| url.set_path("/api/v1/events/../users")),
        ("climbing, encoded", |url| {
            url.set_path("/api/v1/%2e%2e/events");
        }),
        ("encoded letter", |url| url.set_path("/api/v1/event%73")),
        ("double slash", |url| url.set_path("//api/v1/events")),
        ("backslash", |url| url.set_path("/api\\v1\\users")),
        ("trailing slash", |url| url.set_path("/api/v1/events/")),
        ("parameter", |url| url.set_path("/api/v1/events;admin=1")),
        ("key", |url| {
            url.set_query(Some("admin=1&cursor=ZS44&limit=100"));
        }),
        ("twice", |url| {
            url.set_query(Some("cursor=ZS44&cursor=ZS45&limit=100"));
        }),
        ("order", |url| url.set_query(Some("limit=100&cursor=ZS44"))),
        ("value", |url| url.set_query(Some("cursor=ZS44&limit=1000"))),
        ("line break", |url| {
            url.set_query(Some("cursor=ZS44%0d%0aX:1&limit=100"));
        }),
        ("no query", |url| url.set_query(None)),
        ("empty query", |url| url.set_query(Some(""))),
    ];
    for (name, change) in changes {
        let refused = bent(|request| change(request.url_mut())).await;
        let code = refused.expect_err(name).code();
        assert_eq!(code, "egress.undeclared", "{name}");
    }
}

#[tokio::test]
async fn what_leaves_is_the_declared_request_and_the_credential() {
    let site = Site::always(Reply::json(EVENTS)).await;
    let door = Door::to(&site);
    door.read("list_events", &json!({"cursor": "ZS44"}))
        .await
        .unwrap();
    let request = site.requests().remove(0);
    assert_eq!(
        request.first_line(),
        "GET /api/v1/events?cursor=ZS44&limit=100 HTTP/1.1"
    );
    assert_eq!(
        request.header("authorization"),
        Some("Bearer trk_at_canary-of-a-token")
    );
    let mut names: Vec<&str> = request
        .head
        .lines()
        .skip(1)
        .map(|line| line.split_once(':').unwrap().0)
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "authorization", "host", "user-agent"]);
}
