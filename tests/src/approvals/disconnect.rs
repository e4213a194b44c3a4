//! A connection ends, and with it what waits for it.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use testkit::app::Options;
use testkit::provider::{Mood, Provider};

use super::{audited, page, posted};
use crate::world::{World, host_of, tracker_owner};

/// Without a worker, so that what is approved stays so.
async fn world() -> World {
    World::start_with(Options {
        without_worker: true,
        ..Options::default()
    })
    .await
}

fn disconnect_path(connection: &str) -> String {
    format!("/api/v1/connections/{connection}")
}

#[tokio::test]
async fn what_waits_or_is_approved_is_revoked_with_its_connection() {
    let world = world().await;
    let (waiting, hash) = world.propose("Waiting").await;
    let (approved, of_approved) = world.propose("Approved").await;
    let (rejected, of_rejected) = world.propose("Rejected").await;
    assert_eq!(world.approve(&approved, &of_approved).await, StatusCode::OK);
    let no = crate::world::decide(&world.owner, &rejected, "reject", &of_rejected).await;
    assert_eq!(no, StatusCode::OK);
    let path = disconnect_path(&world.writing);
    world
        .owner
        .write(Method::DELETE, &path, &json!({}), StatusCode::OK)
        .await
        .unwrap();
    for id in [&waiting, &approved] {
        let ended = world.settled(id).await;
        assert_eq!(ended["state"], "revoked", "{ended}");
        assert_eq!(ended["outcome"]["code"], "connectors.disconnected");
        assert!(ended["ended_by"].is_string(), "{ended}");
        assert_eq!(audited(&world, id).await[0], "approvals.revoked");
        let shown = page(&world, &format!("/approvals/{id}")).await;
        assert!(
            shown.contains("Revoked: its connection was ended"),
            "{shown}"
        );
        assert!(!shown.contains("Approve and send"), "{shown}");
    }
    assert_eq!(world.settled(&rejected).await["state"], "rejected");
    assert_eq!(world.approve(&waiting, &hash).await, StatusCode::CONFLICT);
    let told = world
        .owner
        .get("/api/v1/audit/entries?action=connectors.disconnected")
        .await
        .unwrap();
    assert_eq!(told["entries"][0]["details"]["proposals_revoked"], 2);
    assert!(world.provider.seen(&Method::POST).is_empty());
}

#[tokio::test]
async fn whoever_may_end_a_connection_ends_what_waits_for_it_and_nothing_else() {
    let world = world().await;
    let (id, _) = world.propose("Of the owner").await;
    let form = json!({
        "name": "Janitor", "scopes": ["connectors.manage", "connectors.read"], "expires_in_days": 1,
    });
    let made = world
        .owner
        .write(Method::POST, "/api/v1/api-keys", &form, StatusCode::CREATED)
        .await
        .unwrap();
    let key = made["key"].as_str().unwrap();
    #[expect(clippy::disallowed_methods, reason = "a program, not the product")]
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let send = async |method: Method, path: String| {
        let address = format!("{}{path}", world.app.url);
        let request = http.request(method, address);
        let sent = request.bearer_auth(key).json(&json!({})).send().await;
        sent.unwrap().status()
    };
    let revoked = send(Method::POST, format!("/api/v1/approvals/{id}/revoke")).await;
    assert_eq!(revoked, StatusCode::FORBIDDEN);
    // Another connection's end is nothing to this proposal.
    assert_eq!(
        send(Method::DELETE, disconnect_path(&world.reading)).await,
        StatusCode::OK
    );
    let path = format!("/api/v1/approvals/{id}");
    let still = world.owner.get(&path).await.unwrap();
    assert_eq!(still["state"], "waiting");
    assert_eq!(
        send(Method::DELETE, disconnect_path(&world.writing)).await,
        StatusCode::OK
    );
    assert_eq!(world.settled(&id).await["state"], "revoked");
}

#[tokio::test]
async fn a_round_trip_that_ends_after_its_connection_brings_nothing_back() {
    let slow = Provider::in_front_of("http://127.0.0.1:1", &["/token", "/revoke"]).await;
    let options = Options {
        private: vec![host_of(slow.url())],
        ..Options::default()
    };
    let world = World::start_with(options).await;
    slow.upstream(world.provider.url());
    slow.be(Mood::Slow(Duration::from_secs(1)));
    let before: Vec<String> = ids(&world).await;
    let tracker = tracker_owner();
    let connecting = world
        .owner
        .connect(("tracker", slow.url(), "write"), &tracker);
    let disconnecting = async {
        // Once the token endpoint was asked, the answer is on its way.
        posted(&slow).await;
        let id = ids(&world)
            .await
            .into_iter()
            .find(|id| !before.contains(id));
        let id = id.unwrap();
        let path = disconnect_path(&id);
        let ended = world.owner.send(Method::DELETE, &path, None).await.unwrap();
        assert_eq!(ended.status(), StatusCode::OK);
        id
    };
    let (_, id) = tokio::join!(connecting, disconnecting);
    let now = world.owner.get(&disconnect_path(&id)).await.unwrap();
    assert_eq!(now["state"], "disconnected", "{now}");
    let connection: kernel::ConnectionId = id.parse().unwrap();
    let kept = format!(
        "update broker.secrets set version = version where owner_id = '{}'",
        connection.uuid()
    );
    assert_eq!(
        world.fate(&kept).await,
        0,
        "a secret of an ended connection"
    );
    // And the app was told to forget what it gave.
    let told = slow.seen(&Method::POST);
    assert!(told.iter().any(|call| call.target.contains("revoke")));
}

async fn ids(world: &World) -> Vec<String> {
    let list = world.owner.get("/api/v1/connections").await.unwrap();
    let list = list.as_array().unwrap();
    list.iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}
