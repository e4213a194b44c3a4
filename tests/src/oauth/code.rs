//! The authorization code flow (RFC 6749 4.1, OAuth 2.1, RFC 7636, RFC 8252).

use reqwest::StatusCode;

use super::client::{Client, parameter, text};
use crate::world::World;

#[tokio::test]
async fn a_client_gets_what_the_person_left_ticked_and_no_more() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let page = client.ask(&world.owner, &[]).await;
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.unwrap();
    for shown in [
        "Test client",
        "127.0.0.1, on this computer",
        "registered itself",
        "connectors.read",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    let tokens = client
        .tokens(&world.owner, &["insight.read", "connectors.read"])
        .await;
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 900);
    assert_eq!(tokens["scope"], "connectors.read insight.read");
    let access = text(&tokens, "access_token");
    let (status, me) = client.get("/api/v1/me", access).await;
    assert_eq!(
        (status, &me["credential"]),
        (StatusCode::OK, &"access_token".into())
    );
    assert_eq!(client.get("/api/v1/logs", access).await.0, StatusCode::OK);
    // Asked for and left out; never asked for; a person's alone.
    for path in ["/api/v1/approvals", "/api/v1/people", "/api/v1/sessions"] {
        assert_eq!(
            client.get(path, access).await.0,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_token_is_good_at_its_own_resource_alone() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let api = client.tokens(&world.owner, &["insight.read"]).await;
    let resource = format!("{}/mcp", world.app.url);
    let for_mcp = [("resource", resource.as_str())];
    let code = client.code(&world.owner, &for_mcp, &["insight.read"]).await;
    let (_, mcp) = client.redeem(&code, &for_mcp).await;
    let (api, mcp) = (text(&api, "access_token"), text(&mcp, "access_token"));
    assert_eq!(client.mcp(mcp).await, StatusCode::OK);
    assert_eq!(client.mcp(api).await, StatusCode::UNAUTHORIZED);
    assert_eq!(client.me(api).await, StatusCode::OK);
    assert_eq!(client.me(mcp).await, StatusCode::UNAUTHORIZED);
    // Nor is a code for one good for the other.
    let code = client.code(&world.owner, &[], &["insight.read"]).await;
    let (status, refused) = client.redeem(&code, &for_mcp).await;
    assert_eq!(
        (status, text(&refused, "error")),
        (StatusCode::BAD_REQUEST, "invalid_grant")
    );
}

#[tokio::test]
async fn a_second_use_of_a_code_ends_what_the_first_gave() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let code = client.code(&world.owner, &[], &["insight.read"]).await;
    let (status, tokens) = client.redeem(&code, &[]).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        client.me(text(&tokens, "access_token")).await,
        StatusCode::OK
    );
    let (status, refused) = client.redeem(&code, &[]).await;
    assert_eq!(
        (status, text(&refused, "error")),
        (StatusCode::BAD_REQUEST, "invalid_grant")
    );
    assert_eq!(
        client.me(text(&tokens, "access_token")).await,
        StatusCode::UNAUTHORIZED
    );
    let (status, _) = client.refresh(text(&tokens, "refresh_token")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let told = world
        .owner
        .get("/api/v1/audit/entries?action=oauth.code_replayed")
        .await
        .unwrap();
    assert!(told.to_string().contains("oauth.code_replayed"), "{told}");
}

#[tokio::test]
async fn a_code_is_good_only_with_its_verifier_its_client_and_its_address() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let other = Client::register(&world.app.url).await;
    for changed in [
        ("code_verifier", other.verifier.as_str()),
        ("client_id", other.id.as_str()),
        ("redirect_uri", "http://127.0.0.1:8911/callback"),
        ("resource", "https://other.example/api"),
    ] {
        let code = client.code(&world.owner, &[], &["insight.read"]).await;
        let (status, refused) = client.redeem(&code, &[changed]).await;
        assert_eq!(
            (status, text(&refused, "error")),
            (StatusCode::BAD_REQUEST, "invalid_grant"),
            "{changed:?}"
        );
        // A wrong try uses it up.
        assert_eq!(client.redeem(&code, &[]).await.0, StatusCode::BAD_REQUEST);
    }
    // RFC 9700 4.8: a downgrade, by leaving the verifier out.
    let code = client.code(&world.owner, &[], &["insight.read"]).await;
    let (_, refused) = client.redeem(&code, &[("code_verifier", "")]).await;
    assert_eq!(text(&refused, "error"), "invalid_request");
}

#[tokio::test]
async fn a_code_lives_for_a_minute() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let code = client.code(&world.owner, &[], &["insight.read"]).await;
    world
        .fate("update oauth.codes set created_at = created_at - interval '61 s', expires_at = expires_at - interval '61 s'")
        .await;
    assert_eq!(client.redeem(&code, &[]).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn without_a_proof_key_there_is_no_code() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    for changed in [
        [("code_challenge", ""), ("code_challenge_method", "")],
        [("code_challenge_method", "plain"), ("x", "")],
        [("code_challenge_method", ""), ("x", "")],
        [("code_challenge", "short"), ("x", "")],
    ] {
        let answer = client.ask(&world.owner, &changed).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let to = answer.headers()["location"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        assert_eq!(parameter(&to, "error").as_deref(), Some("invalid_request"));
        assert_eq!(parameter(&to, "state").as_deref(), Some(&*client.state));
        // Nor by the form that such a page would have.
        let answer = client
            .answer(&world.owner, &changed, ("allow", &["insight.read"]))
            .await;
        assert!(!answer.headers().contains_key("refresh"));
        let page = answer.text().await.unwrap();
        assert!(
            page.contains("error=invalid_request") && !page.contains("code="),
            "{page}"
        );
    }
}

#[tokio::test]
async fn the_desktop_app_begins_with_a_state_of_its_own() {
    let world = World::start().await;
    let desktop = Client::known(&world.app.url, "countersign-desktop");
    for state in ["", "short"] {
        let answer = desktop.ask(&world.owner, &[("state", state)]).await;
        let to = answer.headers()["location"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        assert_eq!(
            parameter(&to, "error").as_deref(),
            Some("invalid_request"),
            "{state}"
        );
    }
    let page = desktop.ask(&world.owner, &[]).await.text().await.unwrap();
    assert!(page.contains("belongs to this server"));
    let tokens = desktop.tokens(&world.owner, &["insight.read"]).await;
    assert_eq!(
        desktop.me(text(&tokens, "access_token")).await,
        StatusCode::OK
    );
}
