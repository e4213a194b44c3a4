//! What a client finds out by itself (RFC 9728, RFC 8414), from nothing but the address of the MCP
//! server.

use reqwest::StatusCode;
use serde_json::json;

use super::client::Client;
use crate::world::World;

#[tokio::test]
async fn from_a_refusal_a_client_finds_the_way_to_a_token() {
    let world = World::start().await;
    let client = Client::known(&world.app.url, "none");
    let refused = client
        .http
        .post(format!("{}/mcp", world.app.url))
        .json(&json!({}))
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    let told = refused.headers()["www-authenticate"].to_str().unwrap();
    let place = told
        .strip_prefix("Bearer resource_metadata=\"")
        .unwrap()
        .trim_end_matches('"');
    let path = place.strip_prefix(&world.app.url).unwrap();
    let resource = client.get(path, "").await.1;
    assert_eq!(resource["resource"], format!("{}/mcp", world.app.url));
    assert_eq!(resource["authorization_servers"], json!([world.app.url]));
    let server = client
        .get("/.well-known/oauth-authorization-server", "")
        .await
        .1;
    assert_eq!(server["issuer"], world.app.url);
    assert_eq!(server["code_challenge_methods_supported"], json!(["S256"]));
    let scopes = server["scopes_supported"].as_array().unwrap();
    assert!(
        scopes.contains(&json!("insight.read")) && !scopes.contains(&json!("approvals.decide"))
    );
    for name in [
        "token_endpoint",
        "registration_endpoint",
        "jwks_uri",
        "authorization_endpoint",
    ] {
        assert!(
            server[name].as_str().unwrap().starts_with(&world.app.url),
            "{name}"
        );
    }
}
