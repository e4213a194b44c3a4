//! What a write ends as when the provider misbehaves. In no case is it sent a second time.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use testkit::app::Options;
use testkit::provider::Mood;

use crate::world::World;

async fn ended_in(mood: Mood, options: Options) -> (World, String, serde_json::Value) {
    let world = World::start_with(options).await;
    let (id, hash) = world.propose("Misbehaving").await;
    world.provider.be(mood);
    assert_eq!(world.approve(&id, &hash).await, StatusCode::OK);
    let ended = world.settled(&id).await;
    // Time enough for whatever would try again.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(world.provider.seen(&Method::POST).len(), 1, "{ended}");
    (world, id, ended)
}

#[tokio::test]
async fn an_answer_lost_after_the_commit_is_an_unknown_outcome_for_a_person() {
    let (world, id, ended) = ended_in(Mood::HangUpAfterCommit, Options::default()).await;
    // The status came, the body did not: whether it counts as done is the manifest's and the
    // verdict's to say; what never happens is a second sending.
    assert!(
        ["unknown_outcome", "executed"].contains(&ended["state"].as_str().unwrap()),
        "{ended}"
    );
    if ended["state"] == "unknown_outcome" {
        let path = format!("/api/v1/approvals/{id}/resolution");
        let form = json!({ "outcome": "happened" });
        world
            .owner
            .write(Method::POST, &path, &form, StatusCode::OK)
            .await
            .unwrap();
        assert_eq!(world.settled(&id).await["state"], "executed");
    }
}

#[tokio::test]
async fn a_slow_answer_is_an_unknown_outcome() {
    let options = Options {
        timeout: Some(Duration::from_secs(1)),
        ..Options::default()
    };
    let (world, id, ended) = ended_in(Mood::Slow(Duration::from_secs(5)), options).await;
    assert_eq!(ended["state"], "unknown_outcome", "{ended}");
    let path = format!("/api/v1/approvals/{id}/resolution");
    let form = json!({ "outcome": "did_not_happen" });
    world
        .owner
        .write(Method::POST, &path, &form, StatusCode::OK)
        .await
        .unwrap();
    assert_eq!(world.settled(&id).await["state"], "failed");
}

#[tokio::test]
async fn a_refusal_by_the_provider_is_a_failure() {
    let (_, _, ended) = ended_in(Mood::Status(422), Options::default()).await;
    assert_eq!(
        (&ended["state"], &ended["outcome"]["status"]),
        (&json!("failed"), &json!(422))
    );
}

#[tokio::test]
async fn a_server_error_is_an_unknown_outcome() {
    let (_, _, ended) = ended_in(Mood::Status(500), Options::default()).await;
    assert_eq!(ended["state"], "unknown_outcome", "{ended}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_credential() {
    let (world, _, ended) = ended_in(
        Mood::Redirect("http://169.254.169.254/".to_owned()),
        Options::default(),
    )
    .await;
    assert_ne!(ended["state"], "executed", "{ended}");
    let calls = world
        .owner
        .get(&format!("/api/v1/connections/{}/calls", world.writing))
        .await
        .unwrap();
    assert!(calls.to_string().contains("egress.redirect"), "{calls}");
}
