use reqwest::{StatusCode, header};
use serde_json::json;
use tracker::Settings;

use crate::support::{
    CLIENT_ID, CLIENT_SECRET, LOGIN, PASSWORD, Tokens, exchange, hidden_fields, redirected,
    request, settings, tracker, tracker_with,
};

#[tokio::test]
async fn a_person_signs_in_and_allows_and_the_client_gets_tokens_that_work() {
    let tracker = tracker().await;
    let asked = request("issues:read issues:write");
    let page = tracker.ask(&asked).await;
    assert_eq!(page.status(), StatusCode::OK);
    let html = page.text().await.unwrap();
    assert!(html.contains("See issues and their history"));
    assert!(html.contains("Create issues in your name"));

    // The form as the browser sends it: what the page carries, and what the person typed.
    let mut form = hidden_fields(&html);
    assert_eq!(form.len(), asked.len());
    for (name, value) in [
        ("login", LOGIN),
        ("password", PASSWORD),
        ("decision", "allow"),
    ] {
        form.push((name.to_owned(), value.to_owned()));
    }
    let answer = redirected(&tracker.post_form("/authorize", &form).await);
    assert_eq!(answer["state"], asked["state"]);
    assert_eq!(answer["iss"], tracker.running.base_url());

    let response = tracker
        .post_form("/token", &exchange(&answer["code"]))
        .await;
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    let answer: serde_json::Value = response.json().await.unwrap();
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], 3600);
    assert_eq!(answer["scope"], "issues:read issues:write");
    let me = tracker
        .read("/api/v1/me", &Tokens::of(&answer).access)
        .await;
    assert_eq!(
        me,
        json!({ "login": LOGIN, "client_id": CLIENT_ID, "scope": "issues:read issues:write" })
    );
}

#[tokio::test]
async fn a_person_may_say_no_without_signing_in() {
    let tracker = tracker().await;
    let answer = redirected(&tracker.decide(&request("issues:read"), "", "deny").await);
    assert_eq!(answer["error"], "access_denied");
    assert_eq!(answer["iss"], tracker.running.base_url());
    assert!(!answer.contains_key("code"));
}

#[tokio::test]
async fn an_access_token_ends_after_an_hour() {
    let tracker = tracker().await;
    let tokens = tracker.tokens("issues:read").await;
    tracker.clock.pass(time::Duration::seconds(3599));
    tracker.assert_works(&tokens.access).await;
    tracker.clock.pass(time::Duration::seconds(1));
    tracker.assert_refused(&tokens.access).await;
}

#[tokio::test]
async fn a_client_may_use_http_basic_with_or_without_percent_encoding() {
    let tracker = tracker().await;
    let encode =
        |text: &str| -> String { url::form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    for (id, secret) in [
        (CLIENT_ID.to_owned(), CLIENT_SECRET.to_owned()),
        (encode(CLIENT_ID), encode(CLIENT_SECRET)),
    ] {
        let mut form = exchange(&tracker.code("issues:read").await);
        form.remove("client_id");
        form.remove("client_secret");
        let request = tracker
            .http
            .post(tracker.url("/token"))
            .basic_auth(id, Some(secret));
        assert_eq!(
            request.form(&form).send().await.unwrap().status(),
            StatusCode::OK
        );
    }
}

#[tokio::test]
async fn a_tracker_that_was_told_to_drift_grants_other_scopes_and_says_so() {
    let drift = Settings {
        grant_scopes: Some("issues:read".parse().unwrap()),
        ..settings()
    };
    let tracker = tracker_with(drift).await;
    let code = tracker.code("issues:read issues:write").await;
    let (_, answer) = tracker.token(&exchange(&code)).await;
    assert_eq!(answer["scope"], "issues:read");
}
