use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use tracker::Settings;

use crate::support::{settings, simulated_tracker, tracker, tracker_with};

#[tokio::test]
async fn without_a_token_every_route_asks_for_one() {
    let tracker = tracker().await;
    for path in [
        "me",
        "issues",
        "issues/1",
        "issues/1/events",
        "events",
        "no-such-route",
    ] {
        let address = tracker.url(&format!("/api/v1/{path}?access_token=x"));
        let response = tracker.http.get(address).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(
            response.headers()[header::WWW_AUTHENTICATE],
            "Bearer realm=\"tracker\""
        );
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "application/problem+json"
        );
    }
    let response = tracker.get("/api/v1/me", "trk_at_made-up").await;
    assert_eq!(
        response.headers()[header::WWW_AUTHENTICATE],
        "Bearer realm=\"tracker\", error=\"invalid_token\""
    );
}

#[tokio::test]
async fn a_token_reaches_as_far_as_its_scope() {
    let tracker = tracker().await;
    let reader = tracker.tokens("issues:read").await.access;
    let writer = tracker.tokens("issues:write").await.access;
    let response = tracker
        .create(&reader, &json!({ "title": "t" }), None)
        .await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(
        response.headers()[header::WWW_AUTHENTICATE],
        "Bearer realm=\"tracker\", error=\"insufficient_scope\", scope=\"issues:write\""
    );
    let problem: Value = response.json().await.unwrap();
    assert_eq!(
        problem,
        json!({
            "type": "urn:tracker:problem:insufficient_scope", "title": "Forbidden", "status": 403,
            "code": "insufficient_scope", "detail": "this needs the scope issues:write",
        })
    );
    for path in ["issues", "issues/1", "issues/1/events", "events"] {
        let response = tracker.get(&format!("/api/v1/{path}"), &writer).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn an_issue_is_shown_whole_or_in_the_fields_that_were_asked_for() {
    let tracker = simulated_tracker().await;
    let token = tracker.tokens("issues:read").await.access;
    let issue = tracker.read("/api/v1/issues/17", &token).await;
    assert!(issue["body"].as_str().unwrap().contains("(Simulated.)"));
    assert_eq!(issue["url"], tracker.url("/issues/17"));
    let page = tracker
        .read(
            "/api/v1/issues?limit=3&fields=number,status,updated_at",
            &token,
        )
        .await;
    for issue in page["issues"].as_array().unwrap() {
        let names: Vec<_> = issue
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(names, ["number", "status", "updated_at"]);
    }
    let one = tracker.read("/api/v1/issues/17?fields=title", &token).await;
    assert_eq!(one, json!({ "title": issue["title"] }));
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let tracker = simulated_tracker().await;
    let token = tracker.tokens("issues:read").await.access;
    for path in [
        "issues/100000",
        "issues/0",
        "issues/-1",
        "issues/x",
        "issues/100000/events",
        "x",
    ] {
        let response = tracker.get(&format!("/api/v1/{path}"), &token).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["code"], "not_found");
    }
    let response = tracker
        .http
        .delete(tracker.url("/api/v1/issues/1"))
        .bearer_auth(&token)
        .send()
        .await;
    assert_eq!(response.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_question_that_is_not_understood_is_refused() {
    let tracker = tracker().await;
    let token = tracker.tokens("issues:read").await.access;
    for (path, code) in [
        ("issues?limit=0", "invalid_parameter"),
        ("issues?limit=101", "invalid_parameter"),
        ("issues?limit=many", "invalid_parameter"),
        ("issues?limit=1&limit=2", "invalid_parameter"),
        (
            "issues?updated_snce=2026-01-01T00:00:00Z",
            "invalid_parameter",
        ),
        ("issues?updated_since=yesterday", "invalid_parameter"),
        ("issues?fields=number,password", "invalid_parameter"),
        ("issues?cursor=abc", "invalid_cursor"),
        // The cursor of events, "e.1".
        ("issues?cursor=ZS4x", "invalid_cursor"),
        ("events?since=1", "invalid_parameter"),
        ("events?cursor=aS4xLjE", "invalid_cursor"),
    ] {
        let response = tracker.get(&format!("/api/v1/{path}"), &token).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{path}");
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["code"], code, "{path}");
    }
}

#[tokio::test]
async fn a_grant_has_so_many_requests_a_minute_and_every_answer_counts_them() {
    let tracker = tracker_with(Settings {
        requests_per_minute: 3,
        ..settings()
    })
    .await;
    let token = tracker.tokens("issues:read").await.access;
    for (path, left) in [("me", "2"), ("issues/1", "1"), ("issues?limit=0", "0")] {
        let response = tracker.get(&format!("/api/v1/{path}"), &token).await;
        assert_eq!(response.headers()["ratelimit-limit"], "3");
        assert_eq!(response.headers()["ratelimit-remaining"], left);
        assert_eq!(response.headers()["ratelimit-reset"], "60");
    }
    let response = tracker.get("/api/v1/me", &token).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()[header::RETRY_AFTER], "60");
    tracker.clock.pass(time::Duration::MINUTE);
    tracker.assert_works(&token).await;
}
