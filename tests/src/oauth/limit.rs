//! What AI clients do is what the grant, the person and the organisation allow, whichever is least.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::client::{Client, text};
use crate::access::colleague;
use crate::world::World;

const LIMIT: &str = "/settings/ai-clients";

async fn limit(world: &World, most: &[&str]) {
    let mut form = vec![("limit", "yes")];
    form.extend(most.iter().map(|name| ("most", *name)));
    let answer = world.owner.submit(LIMIT, &form).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
}

async fn page(world: &World, path: &str) -> String {
    let answer = world.owner.send(Method::GET, path, None).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.unwrap()
}

#[tokio::test]
async fn a_limit_holds_at_the_next_request_and_what_it_took_comes_back_with_it() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let given = ["connectors.read", "insight.read"];
    let tokens = client.tokens(&world.owner, &given).await;
    let access = text(&tokens, "access_token");
    let reached = async || {
        let connections = client.get("/api/v1/connections", access).await.0;
        (connections, client.get("/api/v1/logs", access).await.0)
    };
    assert_eq!(reached().await, (StatusCode::OK, StatusCode::OK));
    let key = json!({ "name": "Key", "scopes": ["connectors.read"], "expires_in_days": 1 });
    let made = world
        .owner
        .write(Method::POST, "/api/v1/api-keys", &key, StatusCode::CREATED)
        .await
        .unwrap();
    limit(&world, &["insight.read", "people.read"]).await;
    assert_eq!(reached().await, (StatusCode::FORBIDDEN, StatusCode::OK));
    let shown = page(&world, "/oauth/grants").await;
    assert!(shown.contains("AI clients do no more than this"), "{shown}");
    limit(&world, &[]).await;
    assert_eq!(
        reached().await,
        (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN)
    );
    // The same of tokens that come after.
    let (status, fresh) = client.refresh(text(&tokens, "refresh_token")).await;
    assert_eq!(status, StatusCode::OK);
    let fresh = text(&fresh, "access_token");
    assert_eq!(
        client.get("/api/v1/logs", fresh).await.0,
        StatusCode::FORBIDDEN
    );
    // Neither people nor keys are limited.
    assert!(world.owner.get("/api/v1/connections").await.is_ok());
    let key = made["key"].as_str().unwrap();
    assert_eq!(
        client.get("/api/v1/connections", key).await.0,
        StatusCode::OK
    );
    let answer = world.owner.submit(LIMIT, &[("limit", "no")]).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(reached().await, (StatusCode::OK, StatusCode::OK));
    let told = world
        .owner
        .get("/api/v1/audit/entries?action=oauth.clients_limited")
        .await
        .unwrap();
    assert!(
        told.to_string().contains("insight.read people.read"),
        "{told}"
    );
}

#[tokio::test]
async fn what_the_limit_takes_is_neither_offered_nor_given() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    limit(&world, &["insight.read"]).await;
    let asked = client.ask(&world.owner, &[]).await.text().await.unwrap();
    assert!(asked.contains("value=\"insight.read\""), "{asked}");
    assert!(!asked.contains("value=\"connectors.read\""), "{asked}");
    let code = client
        .code(&world.owner, &[], &["connectors.read", "insight.read"])
        .await;
    let (_, tokens) = client.redeem(&code, &[]).await;
    assert_eq!(tokens["scope"], "insight.read");
    limit(&world, &[]).await;
    let asked = client.ask(&world.owner, &[]).await;
    assert_eq!(asked.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        asked
            .text()
            .await
            .unwrap()
            .contains("lets AI clients do none")
    );
}

#[tokio::test]
async fn only_who_changes_the_rules_sets_a_limit_and_of_what_programs_may() {
    let world = World::start().await;
    let manager = colleague(&world.app, &world.owner, "PARTICIPANT-60").await;
    let refused = manager.submit(LIMIT, &[("limit", "no")]).await.unwrap();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    limit(&world, &["insight.read"]).await;
    for form in [
        vec![],
        vec![("limit", "perhaps")],
        vec![("limit", "yes"), ("most", "people.manage")],
        vec![("limit", "yes"), ("most", "nothing.there")],
    ] {
        let answer = world.owner.submit(LIMIT, &form).await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let shown = page(&world, LIMIT).await;
        for chosen in ["yes", "insight.read"] {
            let chosen = format!("value=\"{chosen}\" checked");
            assert!(shown.contains(&chosen), "{form:?}");
        }
        assert!(!shown.contains("value=\"people.read\" checked"), "{form:?}");
    }
    // By the database as well.
    for (login, statement, code) in [
        (
            "countersign_front",
            "update identity.organisations set clients_may = null",
            "42501",
        ),
        (
            "countersign_broker",
            "select oauth.limit_clients(null)",
            "42501",
        ),
    ] {
        let mut thief = world.sql(login).await;
        let refused = sqlx::query(statement)
            .execute(&mut thief)
            .await
            .unwrap_err();
        let found = refused.as_database_error().unwrap().code();
        assert_eq!(found.as_deref(), Some(code), "{statement}");
    }
}
