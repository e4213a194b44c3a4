//! What a misbehaving provider can do to a scan.

mod places;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::app::Options;
use testkit::provider::Mood;

use crate::world::{self, World, rows_with};

async fn scanned(world: &World) -> Value {
    world::scanned(&world.owner, &world.reading, &json!({})).await
}

#[tokio::test]
async fn a_scan_reads_metadata_into_a_log() {
    let world = World::start().await;
    let log = scanned(&world).await;
    assert_eq!(log["state"], "ready", "{log}");
    assert!(
        log["events"].as_i64() > Some(3000) && log["cases"].as_i64() > Some(300),
        "{log}"
    );
    let asked = world.provider.seen(&Method::GET);
    assert!(
        asked
            .iter()
            .all(|call| !call.target.contains("body") && !call.target.contains("title"))
    );
}

#[tokio::test]
async fn a_body_that_nobody_asked_for_is_in_no_table() {
    let world = World::start().await;
    let canary = "canary-of-a-body-7f3a";
    world.provider.be(Mood::Canary(canary.to_owned()));
    let log = scanned(&world).await;
    assert_eq!(log["state"], "ready", "{log}");
    assert!(log["events"].as_i64() > Some(3000));
    assert_eq!(rows_with(&world.app, canary).await, Vec::<String>::new());
    // What was declared did arrive: the search finds what is there.
    assert!(!rows_with(&world.app, "In review").await.is_empty());
}

#[tokio::test]
async fn a_page_ends_the_scan_whatever_it_calls_itself_and_nothing_is_kept() {
    for mood in [Mood::Html, Mood::HtmlAsJson] {
        let world = World::start().await;
        world.provider.be(mood);
        let log = scanned(&world).await;
        assert_eq!(
            (&log["state"], &log["events"]),
            (&json!("failed"), &json!(0)),
            "{log}"
        );
    }
}

#[tokio::test]
async fn a_redirect_ends_the_scan() {
    let world = World::start().await;
    world
        .provider
        .be(Mood::Redirect("http://169.254.169.254/latest".to_owned()));
    let log = scanned(&world).await;
    assert_eq!(log["state"], "failed", "{log}");
}

#[tokio::test]
async fn an_answer_past_the_limit_ends_the_scan() {
    let options = Options {
        max_answer_bytes: Some(64 * 1024),
        ..Options::default()
    };
    let world = World::start_with(options).await;
    world.provider.be(Mood::Huge(1 << 20));
    let log = scanned(&world).await;
    assert_eq!(log["state"], "failed", "{log}");
}

#[tokio::test]
async fn a_refused_token_asks_a_person_to_reconnect() {
    let world = World::start().await;
    world.provider.be(Mood::Status(401));
    let log = scanned(&world).await;
    assert_eq!(log["state"], "failed", "{log}");
    let connection = world
        .owner
        .get(&format!("/api/v1/connections/{}", world.reading))
        .await
        .unwrap();
    assert_eq!(connection["state"], "reconnect", "{connection}");
}

#[tokio::test]
async fn after_disconnecting_no_call_leaves_and_no_token_is_left() {
    let world = World::start().await;
    let path = format!("/api/v1/connections/{}", world.reading);
    let ended = world.owner.send(Method::DELETE, &path, None).await.unwrap();
    assert!(ended.status().is_success());
    let before = world.provider.seen(&Method::GET).len();
    let path = format!("{path}/scan");
    let refused = world
        .owner
        .send(Method::POST, &path, Some(&json!({})))
        .await
        .unwrap();
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    assert_eq!(world.provider.seen(&Method::GET).len(), before);
    let id: kernel::ConnectionId = world.reading.parse().unwrap();
    let left = format!(
        "delete from broker.secrets where owner_id = '{}'",
        id.uuid()
    );
    assert_eq!(world.fate(&left).await, 0);
}
