//! What comes back in.

use std::time::Duration;

use manifest::Wait;
use serde_json::json;

use super::site::{Reply, Site};
use super::support::{Door, FakeDns, GITHUB, listing, plan, token};
use crate::egress::{Egress, EgressError, Route};

const JIRA: &str = include_str!("../../../../../connectors/jira.toml");
const CANARY: &str = "CANARY-7f3a-this-is-what-somebody-wrote";

async fn github(reply: Reply) -> (Site, Door) {
    app((GITHUB, "api.github.com"), reply).await
}

/// An app at one host, for the instance of its example where it has many.
async fn app((manifest, host): (&str, &str), reply: Reply) -> (Site, Door) {
    let site = Site::always(reply).await;
    let origin = format!("http://127.0.0.1:{}", site.port());
    let mut policy = listing(&[&format!("127.0.0.1:{}", site.port())]);
    policy.hosts = [(host.parse().unwrap(), origin.parse().unwrap())]
        .into_iter()
        .collect();
    let egress = Egress::new(policy, std::sync::Arc::<FakeDns>::default()).unwrap();
    let manifest = manifest::Manifest::parse(manifest).unwrap();
    let instance = manifest.instance.as_ref().map(|rule| {
        let id = "11223344-a1b2-4c3d-8e9f-0a1b2c3d4e5f";
        rule.with_id(rule.read(rule.example()).unwrap(), Some(id))
    });
    (
        site,
        Door {
            egress,
            manifest,
            instance,
        },
    )
}

/// CO-04: Jira tells a change of a description as it tells a change of state, with both texts.
#[tokio::test]
async fn what_changed_of_a_text_is_dropped_among_what_changed_of_states() {
    let text = |id: &str| json!({"field": "status", "fieldId": id, "fromString": CANARY, "toString": CANARY});
    let changes = json!([
        text("description"),
        {"toString": "Done", "fromString": "Open", "fieldId": "status"},
        text("summary"), text("Status"), text("status "), text(""),
        {"toString": CANARY}, {"fieldId": null, "toString": CANARY}, {"fieldId": ["status"], "toString": CANARY},
        {"fieldId": {"status": "status"}, "toString": CANARY}, CANARY, null, [text("status")],
    ]);
    let answer = json!({"startAt": 0, "isLast": true, "values": [{"id": "100", "items": changes}]});
    let jira = (JIRA, "api.atlassian.com");
    let (_site, door) = app(jira, Reply::json(&answer.to_string())).await;
    let given = json!({"issue": "SHOP-7"});
    let response = door.read("list_issue_changes", &given).await.unwrap();
    assert_eq!(
        response.kept["values"],
        json!([{"id": "100", "items": [{"fieldId": "status", "toString": "Done"}]}])
    );
    assert!(!format!("{response:?}").contains(CANARY));
}

/// CO-04: a provider that sends texts anyway has them dropped at the edge.
#[tokio::test]
async fn a_body_that_nobody_asked_for_does_not_come_through() {
    let answer = json!([{
        "number": 7, "state": "open", "title": CANARY, "body": CANARY, "body_html": CANARY,
        "description": CANARY, "reactions": {"url": CANARY}, "comments": [{"body": CANARY}],
        "user": {"login": "ada", "bio": CANARY, "name": {"full": CANARY}},
        "labels": [{"name": "bug", "description": CANARY}, CANARY, null],
        "assignees": [{"login": {"nested": CANARY}}, {"login": "bob"}],
        "created_at": "2026-03-02T09:00:00Z", "closed_at": null, (CANARY): CANARY,
        "state_reason": {"why": CANARY}, "updated_at": [CANARY],
    }]);
    let (_site, door) = github(Reply::json(&answer.to_string())).await;
    let given = json!({"owner": "acme", "repo": "shop"});
    let response = door.read("list_issues", &given).await.unwrap();
    assert_eq!(
        response.kept,
        json!([{
            "number": 7, "state": "open", "user": {"login": "ada"},
            "labels": [{"name": "bug"}, null], "assignees": [{}, {"login": "bob"}],
            "created_at": "2026-03-02T09:00:00Z", "closed_at": null,
        }])
    );
    assert!(!format!("{response:?}").contains(CANARY));
}

#[tokio::test]
async fn a_letter_in_a_declared_field_is_dropped_too() {
    let long = CANARY.repeat(100);
    let answer = json!([{"number": 7, "state": long, "user": {"login": long}}]);
    let (_site, door) = github(Reply::json(&answer.to_string())).await;
    let given = json!({"owner": "acme", "repo": "shop"});
    let response = door.read("list_issues", &given).await.unwrap();
    assert_eq!(response.kept, json!([{"number": 7, "user": {}}]));
}

#[tokio::test]
async fn a_mark_is_found_and_its_text_is_dropped() {
    let mark = format!("<!-- countersign: {} -->", super::support::key());
    let answer = json!([
        {"number": 9, "body": CANARY, "html_url": "https://github.com/a/b/issues/9"},
        {"number": 8, "body": format!("{CANARY}\n\n{mark}"), "html_url": "https://github.com/a/b/issues/8"},
        {"number": 7, "body": null},
    ]);
    let (_site, door) = github(Reply::json(&answer.to_string())).await;
    let given = json!({"owner": "acme", "repo": "shop"});
    let planned = plan(
        &door.manifest,
        &door.egress,
        None,
        ("find_created_issue", &given),
    )
    .unwrap();
    let route = Route {
        mark: Some(&mark),
        ..door.route()
    };
    let response = door
        .egress
        .send_read(&planned, route, &token())
        .await
        .unwrap();
    assert!(!format!("{response:?}").contains("CANARY"));
    let write = door.manifest.operation("create_issue").unwrap();
    let found = write
        .reconcile
        .as_ref()
        .unwrap()
        .find(&response.kept)
        .unwrap();
    assert_eq!(found["number"], json!(8));

    let blind = door
        .egress
        .send_read(&planned, door.route(), &token())
        .await
        .unwrap();
    assert_eq!(write.reconcile.as_ref().unwrap().find(&blind.kept), None);
}

#[tokio::test]
async fn only_json_is_read() {
    let body = r#"{"events":[],"next_cursor":null}"#;
    for (headers, code) in [
        ("content-type: text/html\r\n", "egress.content_type"),
        ("content-type: text/plain\r\n", "egress.content_type"),
        (
            "content-type: application/json; charset=utf-16\r\n",
            "egress.content_type",
        ),
        (
            "content-type: application/json\r\ncontent-type: text/html\r\n",
            "egress.content_type",
        ),
        (
            "content-type: application/json\r\ncontent-encoding: gzip\r\n",
            "egress.content_type",
        ),
        (
            "content-type: application/json\r\ncontent-encoding: br\r\n",
            "egress.content_type",
        ),
        ("", "egress.content_type"),
    ] {
        let site = Site::always(Reply::with("200 OK", headers, body)).await;
        assert_eq!(
            Door::to(&site).list().await.unwrap_err().code(),
            code,
            "{headers}"
        );
    }
    for body in [
        "",
        "{",
        "[] []",
        "<html>",
        "{\"events\":[],\"events\":[{\"id\":1}]}",
        "\u{feff}{}",
    ] {
        let site = Site::always(Reply::json(body)).await;
        let code = Door::to(&site).list().await.unwrap_err().code();
        assert_eq!(code, "egress.malformed", "{body}");
    }
    let deep = "[".repeat(100_000);
    let site = Site::always(Reply::json(&format!("{{\"x\":{deep}"))).await;
    assert_eq!(
        Door::to(&site).list().await.unwrap_err().code(),
        "egress.malformed"
    );
}

#[tokio::test]
async fn nothing_of_a_failure_is_read_but_its_status_and_limits() {
    let headers = "content-type: application/json\r\nretry-after: 7\r\nratelimit-remaining: 0\r\n";
    let site = Site::always(Reply::with(
        "429 Too Many",
        headers,
        &format!("{{\"error\":\"{CANARY}\"}}"),
    ))
    .await;
    let error = Door::to(&site).list().await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains(CANARY));
    let EgressError::Status { status, rate } = error else {
        unreachable!("{error}")
    };
    assert_eq!((status, rate.remaining), (429, Some(0)));
    assert_eq!(rate.retry_after, Some(Wait::For(Duration::from_secs(7))));
}

#[tokio::test]
async fn pages_and_limits_come_back_as_data() {
    let headers = "content-type: application/json; charset=utf-8\r\nratelimit-limit: 60\r\n\
                   ratelimit-remaining: 59\r\nratelimit-reset: 30\r\n";
    let body = r#"{"events":[{"id":1,"issue":7,"type":"created"}],"next_cursor":"ZS44"}"#;
    let site = Site::always(Reply::with("200 OK", headers, body)).await;
    let response = Door::to(&site).list().await.unwrap();
    assert_eq!(
        (response.rate.limit, response.rate.remaining),
        (Some(60), Some(59))
    );
    assert_eq!(
        response.rate.reset,
        Some(Wait::For(Duration::from_secs(30)))
    );
    let first = manifest::Arguments::default();
    assert_eq!(
        response.next_page.arguments(&first).get("cursor"),
        Some(&json!("ZS44"))
    );

    let link = "content-type: application/json\r\n\
                link: <https://evil.example/?page=2&token=x>; rel=\"next\"\r\n";
    let (_site, door) = github(Reply::with("200 OK", link, "[]")).await;
    let response = door
        .read("list_issues", &json!({"owner": "a", "repo": "b"}))
        .await
        .unwrap();
    let next = response.next_page.arguments(&first);
    assert_eq!(
        (next.get("page"), next.get("token")),
        (Some(&json!(2)), None)
    );
}

#[tokio::test]
async fn an_answer_that_says_no_with_a_good_status_is_a_refusal() {
    let edit = |text: &str| {
        text.replacen(
            "fields = [\"number\", \"url\", \"status\", \"created_at\"]",
            "fields = [\"number\", \"url\", \"ok\"]\nsuccess = \"ok\"",
            1,
        )
    };
    let changed = manifest::Manifest::parse(&edit(super::support::TRACKER)).unwrap();
    let operation = changed.operation("create_issue").unwrap();
    assert!(operation.succeeded(&json!({"ok": true})));
    for no in [
        json!({"ok": false}),
        json!({}),
        json!(null),
        json!({"ok": "true"}),
    ] {
        assert!(!operation.succeeded(&no), "{no}");
    }
}
