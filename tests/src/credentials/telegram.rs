//! A bot's token stands in the path of every address, and in nothing that is shown or stored.

use axum::Json;
use axum::Router;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::provider::Mood;
use tokio::net::TcpListener;

use super::world::{Desk, connected, desk};
use crate::world::{decide, rows_with, scanned, settled};

const TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
const CANARY: &str = "canary-of-a-message-to-a-bot";

/// As the documentation of the Bot API has its answers.
async fn bot_api() -> String {
    async fn answer(request: axum::extract::Request) -> Json<Value> {
        let path = request.uri().path().to_owned();
        let result = match path.rsplit('/').next().unwrap() {
            "getMe" => json!({ "id": 110_201_543, "is_bot": true, "first_name": CANARY }),
            "sendMessage" => json!({ "message_id": 9, "date": 1_441_645_600, "text": CANARY }),
            _ => json!([
                { "update_id": 10_000, "message": {
                    "message_id": 1365, "date": 1_441_645_532, "text": CANARY,
                    "chat": { "id": 1_111_111, "type": "private", "first_name": CANARY },
                    "from": { "id": 1_111_111, "first_name": CANARY, "username": CANARY },
                } },
                { "update_id": 10_001, "edited_message": { "message_id": 1366, "text": CANARY } },
            ]),
        };
        Json(json!({ "ok": true, "result": result }))
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    url
}

fn token() -> Value {
    json!({ "class": "bot_token", "credential": TOKEN })
}

#[tokio::test]
async fn a_bot_is_connected_scanned_and_sends_a_message_that_was_countersigned() {
    let world = Desk::with(&desk(), &bot_api().await).await;
    world.provider.be(Mood::Honest);
    let (reading, writing) = (
        world.add("telegram", "read").await,
        world.add("telegram", "write").await,
    );
    for id in [&reading, &writing] {
        assert_eq!(world.give(id, &token()).await, (200, connected()));
    }
    let seen = world.provider.seen(&Method::GET);
    assert_eq!(seen[0].target, format!("/bot{TOKEN}/getMe"));
    assert!(!seen[0].headers.contains_key("authorization"));

    let log = scanned(&world.owner, &reading, &json!({})).await;
    assert_eq!(
        (&log["state"], &log["events"]),
        (&json!("ready"), &json!(1)),
        "{log}"
    );
    let asked = world.provider.seen(&Method::GET).pop().unwrap().target;
    assert_eq!(asked, format!("/bot{TOKEN}/getUpdates?limit=100&timeout=0"));

    let form = json!({
        "connection": writing, "operation": "send_message",
        "arguments": { "chat_id": 1_111_111, "text": "Build 7 is out" },
    });
    let made = world.owner.write(
        Method::POST,
        "/api/v1/approvals",
        &form,
        StatusCode::CREATED,
    );
    let made = made.await.unwrap();
    let proposal = made["id"].as_str().unwrap();
    let page = world.page(&format!("/approvals/{proposal}")).await;
    assert!(
        page.contains("/bot&#60;credential&#62;/sendMessage")
            || page.contains("/bot&lt;credential&gt;/sendMessage"),
        "{page}"
    );
    assert!(!page.contains(TOKEN));
    decide(&world.owner, proposal, "approve", &made["payload_hash"]).await;
    assert_eq!(settled(&world.owner, proposal).await["state"], "executed");
    let sent = &world.provider.seen(&Method::POST)[0];
    assert_eq!(sent.target, format!("/bot{TOKEN}/sendMessage"));
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(
        body,
        json!({ "chat_id": 1_111_111, "text": "Build 7 is out" })
    );

    let secret = TOKEN.split(':').next_back().unwrap();
    for text in [TOKEN, secret, CANARY] {
        assert_eq!(
            rows_with(&world.app, text).await,
            Vec::<String>::new(),
            "{text}"
        );
    }
    for path in [
        format!("/connectors/{reading}"),
        format!("/api/v1/connections/{writing}/calls"),
        format!("/api/v1/approvals/{proposal}"),
    ] {
        assert!(!world.page(&path).await.contains(secret), "{path}");
    }
}

#[tokio::test]
async fn a_wrong_token_leads_nowhere_and_is_called_refused() {
    let world = Desk::start().await;
    let id = world.add("telegram", "read").await;
    for status in [401, 404] {
        world.provider.be(Mood::Status(status));
        let (status, told) = world.give(&id, &token()).await;
        assert_eq!(
            (status, &told["code"]),
            (422, &json!("connectors.credential_refused"))
        );
        assert!(!told.to_string().contains(TOKEN), "{told}");
    }
    // Telegram says in the body that it did not do it.
    world.provider.be(Mood::Status(200));
    let (status, told) = world.give(&id, &token()).await;
    assert_eq!(
        (status, &told["code"]),
        (422, &json!("connectors.credential_refused"))
    );
    assert_eq!(world.state(&id).await.0, "pending");
}
