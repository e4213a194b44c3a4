//! ID-06: refresh tokens rotate; a replay ends the family; a race does not.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use reqwest::StatusCode;

use super::client::{Client, text};
use crate::world::World;

/// What is longer ago than the grace.
const LATER: &str = "update oauth.refresh_tokens set rotated_at = rotated_at - interval '11 s' where rotated_at is not null";

#[tokio::test]
async fn a_refresh_token_is_good_once_and_gives_the_next() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let first = client.tokens(&world.owner, &["insight.read"]).await;
    let (status, second) = client.refresh(text(&first, "refresh_token")).await;
    assert_eq!(status, StatusCode::OK, "{second}");
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_ne!(first["access_token"], second["access_token"]);
    assert_eq!(
        client.me(text(&second, "access_token")).await,
        StatusCode::OK
    );
    let (status, third) = client.refresh(text(&second, "refresh_token")).await;
    assert_eq!(status, StatusCode::OK, "{third}");
}

#[tokio::test]
async fn a_replayed_refresh_token_ends_the_family_and_is_audited() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let first = client.tokens(&world.owner, &["insight.read"]).await;
    let (_, second) = client.refresh(text(&first, "refresh_token")).await;
    world.fate(LATER).await;
    let (status, refused) = client.refresh(text(&first, "refresh_token")).await;
    assert_eq!(
        (status, text(&refused, "error")),
        (StatusCode::BAD_REQUEST, "invalid_grant")
    );
    // Whoever of the two is the thief, both are out.
    assert_eq!(
        client.refresh(text(&second, "refresh_token")).await.0,
        StatusCode::BAD_REQUEST
    );
    for tokens in [&first, &second] {
        assert_eq!(
            client.me(text(tokens, "access_token")).await,
            StatusCode::UNAUTHORIZED
        );
    }
    let path = "/api/v1/audit/entries?action=oauth.refresh_token_replayed";
    let told = world.owner.get(path).await.unwrap();
    assert!(told.to_string().contains("grt_"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_refreshes_of_one_token_at_once_give_one_successor_and_no_fork() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let first = client.tokens(&world.owner, &["insight.read"]).await;
    let token = text(&first, "refresh_token");
    let answers = join_all((0..100).map(|_| client.refresh(token))).await;
    let mut successors = BTreeSet::new();
    for (status, tokens) in &answers {
        assert_eq!(*status, StatusCode::OK, "{tokens}");
        successors.insert(text(tokens, "refresh_token").to_owned());
    }
    assert_eq!(successors.len(), 1, "{successors:?}");
    let successor = successors.pop_first().unwrap();
    let family = world
        .fate("update oauth.refresh_tokens set token_hash = token_hash")
        .await;
    assert_eq!(family, 2);
    for (_, tokens) in answers.iter().take(3) {
        assert_eq!(
            client.me(text(tokens, "access_token")).await,
            StatusCode::OK
        );
    }
    assert_eq!(client.refresh(&successor).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_broker_that_cannot_sign_costs_nobody_their_grant() {
    let mut world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let first = client.tokens(&world.owner, &["insight.read"]).await;
    let token = text(&first, "refresh_token");
    // The socket of the broker is gone: the front rotates, and has nothing to answer.
    let away = world.app.broker_socket.with_extension("away");
    std::fs::rename(&world.app.broker_socket, &away).unwrap();
    assert_eq!(
        client.refresh(token).await.0,
        StatusCode::SERVICE_UNAVAILABLE
    );
    std::fs::rename(&away, &world.app.broker_socket).unwrap();
    world.fate(LATER).await;
    world
        .fate("update oauth.refresh_tokens set created_at = created_at - interval '1 hour', expires_at = expires_at - interval '1 hour'")
        .await;
    let (status, second) = client.refresh(token).await;
    assert_eq!(status, StatusCode::OK, "{second}");
    world.app.kill().await;
}

#[tokio::test]
async fn a_refresh_token_is_of_its_client_and_gives_no_more_than_the_grant() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let other = Client::register(&world.app.url).await;
    let tokens = client
        .tokens(&world.owner, &["insight.read", "connectors.read"])
        .await;
    let token = text(&tokens, "refresh_token");
    assert_eq!(other.refresh(token).await.0, StatusCode::BAD_REQUEST);
    let with = async |scope| {
        client
            .token(&[
                ("grant_type", "refresh_token"),
                ("client_id", &client.id),
                ("refresh_token", token),
                ("scope", scope),
            ])
            .await
    };
    assert_eq!(
        text(&with("insight.read audit.read").await.1, "error"),
        "invalid_scope"
    );
    let (_, fewer) = with("insight.read").await;
    assert_eq!(fewer["scope"], "insight.read");
    let access = text(&fewer, "access_token");
    assert_eq!(
        client.get("/api/v1/connections", access).await.0,
        StatusCode::FORBIDDEN
    );
    // The grant still holds both.
    let (_, all) = client.refresh(text(&fewer, "refresh_token")).await;
    assert_eq!(all["scope"], "connectors.read insight.read");
}

#[tokio::test]
async fn a_grant_that_nobody_uses_ends_and_what_is_over_is_cleared_away() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let tokens = client.tokens(&world.owner, &["insight.read"]).await;
    let access = text(&tokens, "access_token");
    let ago = |table: &str, days: u32| {
        format!(
            "update oauth.{table} set created_at = created_at - interval '{days} days', expires_at = expires_at - interval '{days} days'"
        )
    };
    world.fate(&ago("access_tokens", 1)).await;
    // Its own time is still to come.
    assert_eq!(client.me(access).await, StatusCode::UNAUTHORIZED);
    world.fate(&ago("refresh_tokens", 31)).await;
    assert_eq!(
        client.refresh(text(&tokens, "refresh_token")).await.0,
        StatusCode::BAD_REQUEST
    );
    world.fate(&ago("grants", 130)).await;
    world.fate("update oauth.clients set used_at = null, created_at = created_at - interval '8 days' where not verified").await;
    world.fate(&ago("codes", 2)).await;
    oauth::sweep(&world.app.db("countersign_front"))
        .await
        .unwrap();
    for table in ["access_tokens", "refresh_tokens", "grants", "codes"] {
        let statement = format!("update oauth.{table} set created_at = created_at");
        assert_eq!(world.fate(&statement).await, 0, "{table}");
    }
    let clients = world
        .fate("update oauth.clients set created_at = created_at")
        .await;
    assert_eq!(clients, 1, "only ours is left");
}

#[tokio::test]
async fn no_token_is_kept_in_clear() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let code = client.code(&world.owner, &[], &["insight.read"]).await;
    let (_, first) = client.redeem(&code, &[]).await;
    let (_, second) = client.refresh(text(&first, "refresh_token")).await;
    for (name, tokens) in [
        ("access_token", &first),
        ("refresh_token", &first),
        ("refresh_token", &second),
    ] {
        let found = crate::world::rows_with(&world.app, text(tokens, name)).await;
        assert!(found.is_empty(), "{found:?}");
    }
    let random = crypto::token::random_part(
        crypto::token::TokenKind::RefreshToken,
        text(&second, "refresh_token"),
    );
    let random = kernel::TokenHash::from_digest(*random.unwrap().expose()).to_hex();
    for secret in [code, random] {
        let found = crate::world::rows_with(&world.app, &secret).await;
        assert!(found.is_empty(), "{found:?}");
    }
}
