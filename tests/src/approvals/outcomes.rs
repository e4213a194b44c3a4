//! What a write ends as when the provider misbehaves. In no case is it sent a second time.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use testkit::app::Options;
use testkit::provider::Mood;

use super::{job_ended, page};
use crate::world::World;

async fn ended_in(mood: Mood, options: Options) -> (World, String, serde_json::Value) {
    let world = World::start_with(options).await;
    let (id, hash) = world.propose("Misbehaving").await;
    world.provider.be(mood);
    assert_eq!(world.approve(&id, &hash).await, StatusCode::OK);
    job_ended(&world, &id).await;
    let ended = world.settled(&id).await;
    assert_eq!(world.provider.seen(&Method::POST).len(), 1, "{ended}");
    (world, id, ended)
}

#[tokio::test]
async fn an_answer_lost_after_the_commit_is_an_unknown_outcome_for_a_person() {
    let (world, id, ended) = ended_in(Mood::HangUpAfterCommit, Options::default()).await;
    assert_eq!(ended["state"], "unknown_outcome", "{ended}");
    assert_eq!(ended["ended_by"], json!(null));
    let resolved = resolve(&world, &id, "happened").await;
    assert_eq!(resolved["state"], "executed");
    let shown = page(&world, &format!("/approvals/{id}")).await;
    assert!(shown.contains("none; resolved by a person"), "{shown}");
    assert!(shown.contains("Found to have happened"), "{shown}");
}

/// Says what became of an unknown outcome, and returns the proposal.
async fn resolve(world: &World, id: &str, outcome: &str) -> serde_json::Value {
    let path = format!("/api/v1/approvals/{id}/resolution");
    let form = json!({ "outcome": outcome });
    let answered = world
        .owner
        .write(Method::POST, &path, &form, StatusCode::OK);
    answered.await.unwrap();
    let resolved = world.settled(id).await;
    // The owner approved it, too.
    assert_eq!(resolved["ended_by"], resolved["decisions"][0]["name"]);
    resolved
}

#[tokio::test]
async fn an_answer_that_drips_is_cut_off_and_its_status_tells_what_happened() {
    let options = Options {
        timeout: Some(Duration::from_secs(3)),
        ..Options::default()
    };
    // A byte a second: no pause is as long as the limit.
    let (_, _, ended) = ended_in(Mood::Drip, options).await;
    assert_eq!(ended["state"], "executed", "{ended}");
    let outcome = &ended["outcome"];
    assert_eq!(
        (&outcome["status"], &outcome["code"], &outcome["url"]),
        (&json!(200), &json!("egress.timeout"), &json!(null)),
        "{ended}"
    );
}

#[tokio::test]
async fn a_slow_answer_is_an_unknown_outcome() {
    let options = Options {
        timeout: Some(Duration::from_secs(1)),
        ..Options::default()
    };
    let (world, id, ended) = ended_in(Mood::Slow(Duration::from_secs(5)), options).await;
    assert_eq!(ended["state"], "unknown_outcome", "{ended}");
    let resolved = resolve(&world, &id, "did_not_happen").await;
    assert_eq!(resolved["state"], "failed");
    let shown = page(&world, &format!("/approvals/{id}")).await;
    assert!(
        shown.contains("A person found that it did not happen."),
        "{shown}"
    );
    assert!(shown.contains("Found not to have happened"), "{shown}");
    assert!(!shown.contains("It was not sent"), "{shown}");
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
