//! A credential is asked for, tried, kept, replaced and destroyed.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::provider::Mood;

use super::world::{Desk, KEY, OTHER_KEY, connected, desk, key};
use crate::world::{decide, rows_with, settled};

#[tokio::test]
async fn a_key_connects_once_the_app_accepts_it_and_is_shown_nowhere() {
    let world = Desk::start().await;
    let apps = world.owner.get("/api/v1/apps").await.unwrap();
    let apps = apps.as_array().unwrap();
    let desk = apps.iter().find(|app| app["id"] == "desk").unwrap();
    assert_eq!(desk["credential"], "api_key");
    assert!(
        desk["credential_hint"]
            .as_str()
            .unwrap()
            .contains("New key")
    );

    let id = world.add("desk", "read").await;
    // Copied with what stands around it.
    let pasted = format!("  {KEY}\n");
    assert_eq!(world.give(&id, &key(&pasted)).await, (200, connected()));
    assert_eq!(world.state(&id).await, (json!("connected"), Value::Null));
    let seen = world.provider.seen(&Method::GET);
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].target, "/api/me");
    assert_eq!(seen[0].headers["x-desk-key"], KEY);
    assert!(!seen[0].headers.contains_key("authorization"));

    assert_eq!(world.read(&id, "list_changes").await, Ok(json!({})));
    assert_eq!(rows_with(&world.app, KEY).await, Vec::<String>::new());
    for path in [
        format!("/api/v1/connections/{id}"),
        format!("/api/v1/connections/{id}/calls"),
        format!("/connectors/{id}"),
        "/connectors/apps/desk/connect".to_owned(),
        "/api/v1/audit/entries".to_owned(),
    ] {
        let page = world.page(&path).await;
        assert!(!page.contains(KEY), "{path}");
    }
    let path = format!("/api/v1/connections/{id}/calls");
    let calls = world.owner.get(&path).await.unwrap();
    assert_eq!(calls[1]["operation"], "who_am_i", "{calls}");
}

#[tokio::test]
async fn a_key_that_the_app_refuses_is_not_kept_and_the_page_says_what_to_do() {
    let world = Desk::start().await;
    let id = world.add("desk", "read").await;
    for status in [401, 403] {
        world.provider.be(Mood::Status(status));
        let (status, told) = world.give(&id, &key(KEY)).await;
        assert_eq!(
            (status, &told["code"]),
            (422, &json!("connectors.credential_refused"))
        );
        let why = told["fields"]["credential"].as_str().unwrap();
        assert!(why.contains("copied whole"), "{why}");
    }
    // Not an answer about the key.
    world.provider.be(Mood::Status(500));
    let (status, told) = world.give(&id, &key(KEY)).await;
    assert_eq!((status, &told["code"]), (502, &json!("egress.status")));
    assert_eq!(world.state(&id).await.0, "pending");
    assert_eq!(world.sealed().await, 0);
    // The next try is for the same connection.
    world.provider.be(Mood::Status(200));
    assert_eq!(world.give(&id, &key(KEY)).await, (200, connected()));
}

#[tokio::test]
async fn what_does_not_look_like_a_key_is_refused_before_the_app_is_asked() {
    let world = Desk::start().await;
    let id = world.add("desk", "read").await;
    for (given, code, field) in [
        (key(""), "connectors.credential_form", "credential"),
        (key("hunter2"), "connectors.credential_form", "credential"),
        (
            key(&format!("Bearer {KEY}")),
            "connectors.credential_form",
            "credential",
        ),
        (
            key(&format!("{KEY}\r\nx-evil: 1")),
            "connectors.credential_form",
            "credential",
        ),
        (
            json!({ "class": "api_key", "user": "ada", "credential": KEY }),
            "connectors.credential_user",
            "user",
        ),
    ] {
        let (status, told) = world.give(&id, &given).await;
        assert_eq!((status, &told["code"]), (422, &json!(code)), "{given}");
        assert!(told["fields"][field].is_string(), "{told}");
        assert!(!told.to_string().contains(KEY), "{told}");
    }
    assert_eq!((world.arrived(), world.sealed().await), (0, 0));
}

#[tokio::test]
async fn a_person_pastes_a_key_into_the_page_and_sees_it_never_again() {
    let world = Desk::start().await;
    let page = world.page("/connectors/apps/desk/connect").await;
    for part in [
        "API key",
        "New key",
        "type=\"password\"",
        "autocomplete=\"off\"",
        "Remove the key",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    for part in ["Client id", "Redirect URI", "will be asked for"] {
        assert!(!page.contains(part), "{part}: {page}");
    }
    world.provider.be(Mood::Status(401));
    let (status, page) = paste(&world, KEY).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.contains("copied whole") && !page.contains(KEY),
        "{page}"
    );
    world.provider.be(Mood::Status(200));
    let (status, page) = paste(&world, KEY).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(!page.contains(KEY), "{page}");
    // One connection: the second try went on with the first.
    let connections = world.owner.get("/api/v1/connections").await.unwrap();
    let [connection] = &connections.as_array().unwrap()[..] else {
        panic!("{connections}");
    };
    assert_eq!(connection["state"], "connected");

    // The app takes it back.
    let id = connection["id"].as_str().unwrap();
    world.provider.be(Mood::Status(401));
    assert_eq!(
        world.read(id, "list_changes").await,
        Err("connectors.reconnect".to_owned())
    );
    let page = world.page(&format!("/connectors/{id}")).await;
    assert!(
        page.contains("Reconnect") && page.contains("does not accept the API key any more"),
        "{page}"
    );
    world.provider.be(Mood::Status(200));
    let (status, _) = paste(&world, OTHER_KEY).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(world.state(id).await, (json!("connected"), Value::Null));
    world.read(id, "list_changes").await.unwrap();
    let last = world.provider.seen(&Method::GET).pop().unwrap();
    assert_eq!(last.headers["x-desk-key"], OTHER_KEY);
    assert_eq!(world.sealed().await, 1);
}

#[tokio::test]
async fn a_user_and_a_password_travel_as_rfc_7617_has_it() {
    let basic = desk()
        .replace("kind = \"api_key\"", "kind = \"basic\"")
        .replace("[auth.paste]", "[auth.paste]\nuser_label = \"Address\"")
        .replace(
            "[auth.credential]\nheader = \"x-desk-key\"\nprefix = \"\"\n",
            "",
        );
    let world = Desk::with(&basic, "http://127.0.0.1:1").await;
    let page = world.page("/connectors/apps/desk/connect").await;
    assert!(page.contains("Address"), "{page}");
    let id = world.add("desk", "read").await;
    let with = |user: Value| json!({ "class": "basic", "user": user, "credential": KEY });
    for user in [Value::Null, json!(""), json!("a:b")] {
        let (status, told) = world.give(&id, &with(user)).await;
        assert_eq!(
            (status, &told["code"]),
            (422, &json!("connectors.credential_user"))
        );
    }
    assert_eq!(world.arrived(), 0);
    let user = "ada@desk.example";
    assert_eq!(
        world.give(&id, &with(json!(user))).await,
        (200, connected())
    );
    let sent = &world.provider.seen(&Method::GET)[0].headers["authorization"];
    let pair = BASE64_STANDARD.encode(format!("{user}:{KEY}"));
    assert_eq!(sent.to_str().unwrap(), format!("Basic {pair}"));
    assert_eq!(rows_with(&world.app, user).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_write_goes_out_with_the_key_and_only_with_an_approval() {
    let world = Desk::start().await;
    let id = world.connected("write").await;
    let form = json!({
        "connection": id, "operation": "file_request", "arguments": { "title": "A new chair" },
    });
    let made = world.owner.write(
        Method::POST,
        "/api/v1/approvals",
        &form,
        StatusCode::CREATED,
    );
    let made = made.await.unwrap();
    let proposal = made["id"].as_str().unwrap();
    assert!(world.provider.seen(&Method::POST).is_empty());
    let approved = decide(&world.owner, proposal, "approve", &made["payload_hash"]).await;
    assert!(approved.is_success(), "{approved}");
    assert_eq!(settled(&world.owner, proposal).await["state"], "executed");
    let [sent] = &world.provider.seen(&Method::POST)[..] else {
        panic!("sent more or less than once");
    };
    assert_eq!(sent.headers["x-desk-key"], KEY);
    assert_eq!(sent.headers["idempotency-key"], proposal);
}

#[tokio::test]
async fn disconnecting_destroys_the_key_and_says_that_the_app_was_not_told() {
    let world = Desk::start().await;
    let id = world.connected("read").await;
    let page = world.page(&format!("/connectors/{id}")).await;
    assert!(
        page.contains("cannot be told: Remove the key at Desk"),
        "{page}"
    );
    let path = format!("/api/v1/connections/{id}");
    let ended = world.owner.send(Method::DELETE, &path, None).await.unwrap();
    assert_eq!(ended.status(), StatusCode::OK);
    let ended: Value = ended.json().await.unwrap();
    assert_eq!(ended["revocation"], "not_possible", "{ended}");
    assert_eq!(world.sealed().await, 0);
    let arrived = world.arrived();
    assert_eq!(
        world.read(&id, "list_changes").await,
        Err("connectors.not_connected".to_owned())
    );
    let (status, told) = world.give(&id, &key(KEY)).await;
    assert_eq!(
        (status, &told["code"]),
        (409, &json!("connectors.not_connected"))
    );
    assert_eq!(world.arrived(), arrived);
}

#[tokio::test]
async fn disconnecting_ends_the_key_at_an_app_that_can_be_told() {
    let desk = desk();
    let (before, rest) = desk.split_once("[auth.revoke]").unwrap();
    let (_, after) = rest.split_once("\n\n").unwrap();
    let revoke = "[auth.revoke]\nurl = \"{instance}/api/me/key\"\nauthenticate = \"token\"";
    let world = Desk::with(
        &format!("{before}{revoke}\n\n{after}"),
        "http://127.0.0.1:1",
    )
    .await;
    let id = world.connected("read").await;
    let path = format!("/api/v1/connections/{id}");
    let ended = world.owner.send(Method::DELETE, &path, None).await.unwrap();
    let ended: Value = ended.json().await.unwrap();
    assert_eq!(ended["revocation"], "confirmed", "{ended}");
    let told = &world.provider.seen(&Method::POST)[0];
    assert_eq!(
        (told.target.as_str(), &told.headers["x-desk-key"]),
        ("/api/me/key", &KEY.parse().unwrap())
    );
    assert_eq!(world.sealed().await, 0);
}

/// Submits the form of Desk's page.
async fn paste(world: &Desk, credential: &str) -> (StatusCode, String) {
    let form = [
        ("instance_url", world.provider.url()),
        ("credential", credential),
    ];
    let answer = world
        .owner
        .submit("/connectors/apps/desk/connect", &form)
        .await;
    let answer = answer.unwrap();
    (answer.status(), answer.text().await.unwrap())
}
