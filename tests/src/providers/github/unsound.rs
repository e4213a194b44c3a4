//! Grants that end, and consent that goes wrong.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::provider::Mood;

use super::world::{GitHub, desk, desk_with};
use crate::providers::round_trip::{Client, begin, came_back, connection};
use crate::world::{scanned, settled};

async fn state(github: &GitHub, id: &str) -> (Value, Value) {
    let mut row = connection(&github.owner, id).await;
    (row["state"].take(), row["state_reason"].take())
}

fn refused() -> (Value, Value) {
    (json!("reconnect"), json!("connectors.token_refused"))
}

#[tokio::test]
async fn a_grant_that_was_taken_back_asks_for_a_person_and_works_again_after_them() {
    let github = GitHub::start().await;
    let (reading, page) = github.begin("read").await;
    let (octocat, back) = github.allow(&page).await;
    assert!(came_back(&github.owner, &back).await);
    let writing = github.connect("write").await;
    github.take_back(octocat).await;
    github.provider.be(Mood::ForgetCredentials);
    let log = scanned(&github.owner, &reading, &desk()).await;
    assert_eq!(log["state"], "failed", "{log}");
    assert_eq!(state(&github, &reading).await, refused());
    // The other connection has a token of its own, which is found out by its own call.
    assert_eq!(state(&github, &writing).await.0, "connected");
    let id = github
        .approved(&writing, &desk_with(json!({ "title": "Too late" })))
        .await;
    let ended = settled(&github.owner, &id).await;
    assert_eq!(
        (&ended["state"], &ended["outcome"]["status"]),
        (&json!("failed"), &json!(401)),
        "{ended}"
    );
    assert_eq!(state(&github, &writing).await, refused());
    github.provider.be(Mood::Honest);
    let before = github.provider.seen(&Method::GET).len();
    let path = format!("/api/v1/connections/{reading}/scan");
    let early = github
        .owner
        .send(Method::POST, &path, Some(&desk()))
        .await
        .unwrap();
    assert_eq!(early.status(), StatusCode::CONFLICT);
    assert_eq!(
        github.provider.seen(&Method::GET).len(),
        before,
        "the dead token was sent"
    );
    github.reconnect(&reading).await;
    let log = scanned(&github.owner, &reading, &desk()).await;
    assert_eq!(log["state"], "ready", "{log}");
    assert_eq!(github.issues().await, Vec::<Value>::new());
    github
        .assert_no_secret_shows(&[format!("/connectors/{reading}")])
        .await;
}

/// GitHub's errors come with status 200.
#[tokio::test]
async fn an_error_that_looks_like_success_connects_nothing() {
    let github = GitHub::start().await;
    let wrong = Client::new();
    let form = json!({ "app": "github", "name": "GitHub", "purpose": "read" });
    let (id, page) = begin(&github.owner, &form, &wrong).await;
    let (_, back) = github.allow(&page).await;
    assert!(!came_back(&github.owner, &back).await);
    assert_eq!(state(&github, &id).await.0, "pending");
    // The code is spent: neither it nor its state opens anything.
    assert!(!came_back(&github.owner, &back).await);
    assert_eq!(github.provider.seen(&Method::POST).len(), 1);
    let path = format!("/api/v1/connections/{id}/scan");
    let early = github
        .owner
        .send(Method::POST, &path, Some(&desk()))
        .await
        .unwrap();
    assert_eq!(early.status(), StatusCode::CONFLICT);
}

/// `emulate` cannot revoke, and answers 404: the receipt must not say that it did.
#[tokio::test]
async fn a_revocation_that_the_provider_does_not_confirm_is_not_called_confirmed() {
    let github = GitHub::start().await;
    let reading = github.connect("read").await;
    let path = format!("/api/v1/connections/{reading}");
    let ended = github
        .owner
        .write(Method::DELETE, &path, &Value::Null, StatusCode::OK)
        .await
        .unwrap();
    assert_eq!(ended["revocation"], "not_confirmed", "{ended}");
    let asked = github.provider.seen(&Method::DELETE);
    assert_eq!(asked.len(), 1);
    assert_eq!(
        asked[0].target,
        format!("/applications/{}/token", github.client.id)
    );
    assert!(
        asked[0].headers["authorization"]
            .to_str()
            .unwrap()
            .starts_with("Basic ")
    );
    let body: Value = serde_json::from_slice(&asked[0].body).unwrap();
    assert!(body["access_token"].as_str().unwrap().starts_with("gho_"));
    assert_eq!(state(&github, &reading).await.0, "disconnected");
    let audited = github
        .owner
        .get("/api/v1/audit/entries?action=connectors.tokens_destroyed")
        .await
        .unwrap();
    assert_eq!(
        audited["entries"][0]["details"]["revocation"], "not_confirmed",
        "{audited}"
    );
    github.assert_no_secret_shows(&[]).await;
}
