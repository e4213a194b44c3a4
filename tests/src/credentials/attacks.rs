//! VA-05: nothing is given, keeps or sends a credential of another class.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::world::{Desk, KEY, key};
use crate::sql::{fate, refusal};
use crate::world::bound;

#[tokio::test]
async fn a_credential_of_another_class_is_refused_when_it_is_given() {
    let world = Desk::start().await;
    let id = world.add("desk", "read").await;
    for class in ["basic", "bot_token", "mail", "oauth2", "app_key", "ssh", ""] {
        let given = json!({ "class": class, "credential": KEY });
        let (status, told) = world.give(&id, &given).await;
        let expected = (422, &json!("connectors.credential_class"));
        assert_eq!((status, &told["code"]), expected, "{class}");
    }
    // Desk has no OAuth 2, and the tracker has nothing else.
    let path = format!("/api/v1/connections/{id}/authorize");
    let form = json!({ "client_id": "x", "client_secret": "y" });
    let begun = world.owner.send(Method::POST, &path, Some(&form)).await;
    assert_eq!(begun.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
    let tracker = world.add("tracker", "read").await;
    for class in ["api_key", "basic", "bot_token", "mail", "oauth2", "app_key"] {
        let given = json!({ "class": class, "credential": KEY });
        let (status, told) = world.give(&tracker, &given).await;
        let expected = (422, &json!("connectors.credential_class"));
        assert_eq!((status, &told["code"]), expected, "{class}");
    }
    assert_eq!((world.arrived(), world.sealed().await), (0, 0));
}

#[tokio::test]
async fn the_database_keeps_no_credential_of_another_class_than_the_connections() {
    let world = Desk::start().await;
    let id = world.connected("read").await;
    let uuid = id.parse::<kernel::ConnectionId>().unwrap().uuid();
    for field in [
        "access_token",
        "refresh_token",
        "basic",
        "bot_token",
        "mail",
        "app_key",
        "installation_token",
    ] {
        let mut broker = bound(&world.app, "countersign_broker", &world.owner).await;
        let insert = format!(
            "insert into broker.secrets (org_id, owner_id, field, version, key_id, sealed)
             select org_id, owner_id, '{field}', 1, key_id, sealed from broker.secrets where owner_id = '{uuid}'"
        );
        assert_eq!(refusal(&mut broker, &insert).await, "23514", "{field}");
        let mut broker = bound(&world.app, "countersign_broker", &world.owner).await;
        let moved =
            format!("update broker.secrets set field = '{field}' where owner_id = '{uuid}'");
        assert_eq!(refusal(&mut broker, &moved).await, "23514", "{field}");
    }
    for class in [
        "'basic'",
        "'bot_token'",
        "'mail'",
        "'app_key', client_id = 'x', installation = '1'",
        "'oauth2', client_id = 'x'",
        "'ssh'",
    ] {
        let mut broker = bound(&world.app, "countersign_broker", &world.owner).await;
        let renamed =
            format!("update broker.credentials set class = {class} where connection_id = '{uuid}'");
        assert_eq!(refusal(&mut broker, &renamed).await, "23514", "{class}");
    }
}

#[tokio::test]
async fn a_connection_whose_class_is_another_one_sends_nothing() {
    let world = Desk::start().await;
    let (reading, writing) = (
        world.connected("read").await,
        world.connected("write").await,
    );
    let arrived = world.arrived();
    // As whoever has the database could.
    let renamed = "set session_replication_role = replica;
        update broker.credentials set class = 'oauth2', client_id = 'x'";
    fate(&world.app, renamed).await;
    let refused = Err("connectors.credential_class".to_owned());
    assert_eq!(world.read(&reading, "list_changes").await, refused);
    let form = json!({
        "connection": writing, "operation": "file_request", "arguments": { "title": "A chair" },
    });
    let proposed = world
        .owner
        .send(Method::POST, "/api/v1/approvals", Some(&form))
        .await;
    assert_eq!(proposed.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.arrived(), arrived);
    // A person who connects it again mends it.
    assert_eq!(world.give(&reading, &key(KEY)).await.0, 200);
    assert!(world.read(&reading, "list_changes").await.is_ok());
}

/// VA-01: what was sealed as a key does not open as anything else, whoever moves it there.
#[tokio::test]
async fn a_key_that_was_moved_to_the_place_of_another_class_does_not_open() {
    let both = super::world::desk().replace(
        "path = \"/api/me\"",
        "path = \"/api/me\"\ncredentials = [\"oauth2\", \"api_key\"]",
    );
    let world = Desk::with(&both, "http://127.0.0.1:1").await;
    let id = world.connected("read").await;
    let arrived = world.arrived();
    let moved = "set session_replication_role = replica;
        update broker.credentials set class = 'oauth2', client_id = 'x';
        update broker.secrets set field = 'access_token' where field = 'api_key'";
    fate(&world.app, moved).await;
    assert_eq!(
        world.read(&id, "who_am_i").await,
        Err("broker.vault".to_owned())
    );
    assert_eq!(world.arrived(), arrived);
}
