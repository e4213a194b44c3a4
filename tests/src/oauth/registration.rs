//! RFC 7591: anybody registers a client, and gains nothing by it.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::client::Client;
use crate::world::World;

async fn register(client: &Client, metadata: &Value) -> (StatusCode, Value) {
    let answer = client
        .http
        .post(format!("{}/oauth/register", client.base))
        .json(metadata)
        .send()
        .await
        .unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn an_address_that_runs_or_leaks_is_not_registered() {
    let world = World::start().await;
    let client = Client::known(&world.app.url, "none");
    for uri in [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "http://client.example/callback",
        "http://0.0.0.0/callback",
        "https://user:password@client.example/callback",
        "https://client.example/callback#x",
        "https://client.example/../callback",
        "/callback",
        "",
    ] {
        let (status, refused) = register(&client, &json!({ "redirect_uris": [uri] })).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{uri}");
        assert_eq!(refused["error"], "invalid_redirect_uri", "{uri}");
    }
    let (_, refused) = register(&client, &json!({ "redirect_uris": [] })).await;
    assert_eq!(refused["error"], "invalid_redirect_uri");
}

#[tokio::test]
async fn a_client_that_says_that_it_is_ours_is_not() {
    let world = World::start().await;
    let client = Client::known(&world.app.url, "none");
    let metadata = json!({
        "client_name": "Countersign Desktop", "client_id": "countersign-desktop", "verified": true,
        "redirect_uris": ["https://evil.example/callback"], "software_statement": "x",
    });
    let (status, made) = register(&client, &metadata).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let id = made["client_id"].as_str().unwrap();
    assert!(id.starts_with("oac_"), "{id}");
    assert!(made.get("client_secret").is_none());
    let page = Client::known(&world.app.url, id)
        .ask(
            &world.owner,
            &[("redirect_uri", "https://evil.example/callback")],
        )
        .await
        .text()
        .await
        .unwrap();
    assert!(
        page.contains("registered itself") && page.contains("<strong>evil.example</strong>"),
        "{page}"
    );
}

/// RFC 9700 4.11.2: whoever registers a client must not be able to send people anywhere by our address.
#[tokio::test]
async fn nobody_is_sent_to_a_strangers_site_without_going_there_themselves() {
    let world = World::start().await;
    let client = Client::known(&world.app.url, "none");
    let metadata = json!({ "redirect_uris": ["https://evil.example/callback"] });
    let id = register(&client, &metadata).await.1["client_id"].clone();
    let client = Client::known(&world.app.url, id.as_str().unwrap());
    let changed = [
        ("redirect_uri", "https://evil.example/callback"),
        ("scope", "none"),
    ];
    let answer = client.ask(&world.owner, &changed).await;
    assert_eq!(answer.status(), StatusCode::OK);
    for header in ["location", "refresh"] {
        assert!(!answer.headers().contains_key(header), "{header}");
    }
    assert!(answer.text().await.unwrap().contains("error=invalid_scope"));
}

#[tokio::test]
async fn a_client_has_no_secret_and_no_flow_but_ours() {
    let world = World::start().await;
    let client = Client::known(&world.app.url, "none");
    for (name, value) in [
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("grant_types", json!(["implicit"])),
        ("grant_types", json!(["client_credentials"])),
        ("response_types", json!(["token"])),
        ("client_name", json!("x".repeat(101))),
    ] {
        let mut metadata = json!({ "redirect_uris": ["https://client.example/callback"] });
        metadata[name] = value.clone();
        let (status, refused) = register(&client, &metadata).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{name}: {value}");
        assert_eq!(
            refused["error"], "invalid_client_metadata",
            "{name}: {value}"
        );
    }
}

#[tokio::test]
async fn one_address_does_not_register_for_ever() {
    let world = World::start().await;
    let client = Client::known(&world.app.url, "none");
    let metadata = json!({ "redirect_uris": ["https://client.example/callback"] });
    for _ in 0..200 {
        let (status, answer) = register(&client, &metadata).await;
        if status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(answer["error"], "temporarily_unavailable");
            return;
        }
        assert_eq!(status, StatusCode::CREATED);
    }
    panic!("200 clients were registered");
}
