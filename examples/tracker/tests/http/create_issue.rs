use reqwest::{StatusCode, header};
use serde_json::{Value, json};

use crate::support::{CLIENT_ID, LOGIN, Tracker, tracker};

async fn writer(tracker: &Tracker) -> String {
    tracker.tokens("issues:read issues:write").await.access
}

#[tokio::test]
async fn a_created_issue_can_be_read_and_tells_who_made_it() {
    let tracker = tracker().await;
    let token = writer(&tracker).await;
    let issue = json!({
        "title": "Shorten the wait for review", "body": "Two days.", "priority": "high",
        "labels": ["process"],
    });
    let response = tracker.create(&token, &issue, None).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    assert_eq!(
        response.headers()[header::LOCATION],
        tracker.url("/api/v1/issues/1")
    );
    let created: Value = response.json().await.unwrap();
    assert_eq!(
        created,
        json!({
            "number": 1, "title": "Shorten the wait for review", "status": "Backlog",
            "assignee": null, "reporter": LOGIN, "priority": "high", "labels": ["process"],
            "created_at": "2026-09-16T14:30:00Z", "updated_at": "2026-09-16T14:30:00Z",
            "closed_at": null, "created_via": CLIENT_ID, "body": "Two days.", "comments": [],
            "url": tracker.url("/issues/1"),
        })
    );
    assert_eq!(tracker.read("/api/v1/issues/1", &token).await, created);
    let events = tracker.read("/api/v1/issues/1/events", &token).await;
    assert_eq!(
        events["events"],
        json!([
            { "id": 1, "issue": 1, "at": "2026-09-16T14:30:00Z", "actor": LOGIN, "type": "created" },
            { "id": 2, "issue": 1, "at": "2026-09-16T14:30:00Z", "actor": LOGIN,
              "type": "labelled", "label": "process" },
        ])
    );
}

#[tokio::test]
async fn the_same_request_under_the_same_key_makes_one_issue() {
    let tracker = tracker().await;
    let token = writer(&tracker).await;
    let issue = json!({ "title": "once", "priority": "low" });
    let first = tracker.create(&token, &issue, Some("key-1")).await;
    assert_eq!(first.status(), StatusCode::CREATED);
    assert!(!first.headers().contains_key("idempotent-replayed"));
    let first: Value = first.json().await.unwrap();

    let again = json!({ "priority": "low", "title": "once", "body": "" });
    let second = tracker.create(&token, &again, Some("key-1")).await;
    assert_eq!(second.status(), StatusCode::OK);
    assert_eq!(second.headers()["idempotent-replayed"], "true");
    assert_eq!(second.json::<Value>().await.unwrap(), first);

    let found = tracker
        .read("/api/v1/issues?idempotency_key=key-1", &token)
        .await;
    assert_eq!(found["issues"], json!([first]));
    let none = tracker
        .read("/api/v1/issues?idempotency_key=key-2", &token)
        .await;
    assert_eq!(none["issues"], json!([]));
    let all = tracker.read("/api/v1/issues", &token).await;
    assert_eq!(all["issues"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn many_at_once_under_one_key_make_one_issue() {
    let tracker = tracker().await;
    let token = writer(&tracker).await;
    let issue = json!({ "title": "once" });
    let create = || async { tracker.create(&token, &issue, Some("key-1")).await.status() };
    let statuses = tokio::join!(create(), create(), create(), create());
    let statuses = [statuses.0, statuses.1, statuses.2, statuses.3];
    let created = statuses
        .into_iter()
        .filter(|status| *status == StatusCode::CREATED)
        .count();
    assert_eq!(created, 1);
    let all = tracker.read("/api/v1/issues", &token).await;
    assert_eq!(all["issues"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn another_request_under_the_same_key_is_refused() {
    let tracker = tracker().await;
    let token = writer(&tracker).await;
    tracker
        .create(&token, &json!({ "title": "one" }), Some("key-1"))
        .await;
    let other = tracker
        .create(&token, &json!({ "title": "other" }), Some("key-1"))
        .await;
    assert_eq!(other.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        other.json::<Value>().await.unwrap()["code"],
        "idempotency_key_reused"
    );
}

#[tokio::test]
async fn an_issue_that_breaks_the_rules_is_not_created() {
    let tracker = tracker().await;
    let token = writer(&tracker).await;
    for (body, kind, status, code) in [
        ("{}", "application/json", 422, "invalid_body"),
        (r#"{"title":""}"#, "application/json", 422, "invalid_body"),
        (
            r#"{"title":"t","assignee":"me"}"#,
            "application/json",
            422,
            "invalid_body",
        ),
        ("{", "application/json", 400, "invalid_body"),
        (
            r#"{"title":"t"}"#,
            "text/plain",
            415,
            "unsupported_media_type",
        ),
    ] {
        let request = tracker
            .http
            .post(tracker.url("/api/v1/issues"))
            .bearer_auth(&token);
        let response = request
            .header(header::CONTENT_TYPE, kind)
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), status, "{body}");
        assert_eq!(
            response.json::<Value>().await.unwrap()["code"],
            code,
            "{body}"
        );
    }
    let large = json!({ "title": "t", "body": "x".repeat(200_000) });
    let response = tracker.create(&token, &large, None).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let all = tracker.read("/api/v1/issues", &token).await;
    assert_eq!(all["issues"], json!([]));
}
