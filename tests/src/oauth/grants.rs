//! Grants are listed and revoked like sessions, on their very next use.

use reqwest::{Method, StatusCode};

use super::client::{Client, text};
use crate::world::World;

#[tokio::test]
async fn a_revoked_grant_fails_on_its_next_request() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let tokens = client.tokens(&world.owner, &["insight.read"]).await;
    let access = text(&tokens, "access_token");
    let listed = world.owner.get("/api/v1/grants").await.unwrap();
    assert_eq!(listed[0]["client"], "Test client");
    assert_eq!(listed[0]["address"], "127.0.0.1");
    let id = listed[0]["id"].as_str().unwrap();
    let page = world
        .owner
        .send(Method::GET, "/oauth/grants", None)
        .await
        .unwrap();
    assert!(page.text().await.unwrap().contains(id));
    assert_eq!(client.me(access).await, StatusCode::OK);
    let revoked = world
        .owner
        .submit(&format!("/oauth/grants/{id}/revoke"), &[])
        .await
        .unwrap();
    assert_eq!(revoked.status(), StatusCode::SEE_OTHER);
    assert_eq!(client.me(access).await, StatusCode::UNAUTHORIZED);
    assert_eq!(
        client.refresh(text(&tokens, "refresh_token")).await.0,
        StatusCode::BAD_REQUEST
    );
    let told = world
        .owner
        .get("/api/v1/audit/entries?action=oauth.grant_revoked")
        .await
        .unwrap();
    assert!(told.to_string().contains(id), "{told}");
    // Once.
    let again = world
        .owner
        .send(Method::DELETE, &format!("/api/v1/grants/{id}"), None)
        .await
        .unwrap();
    assert_eq!(again.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn all_of_ones_own_are_revoked_at_once_and_the_api_revokes_one() {
    let world = World::start().await;
    let mut all = Vec::new();
    for _ in 0..3 {
        let client = Client::register(&world.app.url).await;
        let tokens = client.tokens(&world.owner, &["insight.read"]).await;
        all.push((client, tokens));
    }
    let listed = world.owner.get("/api/v1/grants").await.unwrap();
    let path = format!("/api/v1/grants/{}", listed[0]["id"].as_str().unwrap());
    let answer = world.owner.send(Method::DELETE, &path, None).await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    world
        .owner
        .submit("/oauth/grants/revoke-all", &[])
        .await
        .unwrap();
    for (client, tokens) in &all {
        assert_eq!(
            client.me(text(tokens, "access_token")).await,
            StatusCode::UNAUTHORIZED
        );
    }
}

#[tokio::test]
async fn a_client_gives_its_grant_back() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let other = Client::register(&world.app.url).await;
    for name in ["refresh_token", "access_token"] {
        let tokens = client.tokens(&world.owner, &["insight.read"]).await;
        let give = async |id: &str| {
            client
                .http
                .post(format!("{}/oauth/revoke", world.app.url))
                .form(&[("client_id", id), ("token", text(&tokens, name))])
                .send()
                .await
                .unwrap()
                .status()
        };
        assert_eq!(give(&other.id).await, StatusCode::OK);
        assert_eq!(
            client.me(text(&tokens, "access_token")).await,
            StatusCode::OK
        );
        assert_eq!(give(&client.id).await, StatusCode::OK);
        assert_eq!(
            client.me(text(&tokens, "access_token")).await,
            StatusCode::UNAUTHORIZED
        );
    }
}

#[tokio::test]
async fn a_client_neither_sees_nor_revokes_grants_by_itself() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let tokens = client.tokens(&world.owner, &["insight.read"]).await;
    let access = text(&tokens, "access_token");
    assert_eq!(
        client.get("/api/v1/grants", access).await.0,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        client.get("/api/v1/api-keys", access).await.0,
        StatusCode::FORBIDDEN
    );
}
