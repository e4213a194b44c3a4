//! What nobody used for a month is raised for review.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::world::OAuth;
use crate::sql::{fate, number};

const HOUR: u32 = 3600;
/// What the broker does each hour.
const RAISE: &str = "select connectors.raise_unused()::bigint";
const MAILED: &str = "select count(*) from mail.outbox where template = 'connections_unused'";

async fn shown(world: &OAuth, id: &str) -> Value {
    let path = format!("/api/v1/connections/{id}");
    world.owner.get(&path).await.unwrap()
}

/// Lets so many days go by for everything that says when a connection was needed.
async fn pass(world: &OAuth, days: u32) {
    for column in ["created_at", "connected_at", "kept_at", "raised_at"] {
        let older = format!(
            "update connectors.connections set {column} = {column} - interval '{days} days'"
        );
        fate(&world.app, &older).await;
    }
    let older = format!("update broker.calls set at = at - interval '{days} days'");
    fate(&world.app, &older).await;
}

#[tokio::test]
async fn a_connection_that_nobody_used_for_a_month_is_raised_and_kept() {
    let world = OAuth::start(HOUR).await;
    let id = world.connect().await;
    world.whoami(&id).await.unwrap();
    pass(&world, 29).await;
    assert_eq!(number(&world.app, RAISE).await, 0);
    pass(&world, 2).await;
    assert_eq!(number(&world.app, RAISE).await, 1);
    assert_eq!(number(&world.app, RAISE).await, 0, "not twice");
    let raised = shown(&world, &id).await;
    assert!(raised["raised_at"].is_string(), "{raised}");
    assert!(raised["last_used_at"].is_string(), "{raised}");
    let page = world.owner.send(Method::GET, "/connectors", None).await;
    let page = page.unwrap().text().await.unwrap();
    assert!(page.contains("Not used for a month"), "{page}");
    assert_eq!(number(&world.app, MAILED).await, 1);

    let keep = format!("/api/v1/connections/{id}/keep");
    world
        .owner
        .write(Method::POST, &keep, &Value::Null, StatusCode::NO_CONTENT)
        .await
        .unwrap();
    assert_eq!(shown(&world, &id).await["raised_at"], Value::Null);
    pass(&world, 29).await;
    assert_eq!(number(&world.app, RAISE).await, 0, "kept");
    pass(&world, 2).await;
    assert_eq!(number(&world.app, RAISE).await, 1, "again");
}

#[tokio::test]
async fn use_settles_it_and_no_answer_is_asked_for_again() {
    let world = OAuth::start(30 * 24 * HOUR * 3).await;
    let id = world.connect().await;
    pass(&world, 31).await;
    assert_eq!(number(&world.app, RAISE).await, 1);
    pass(&world, 31).await;
    assert_eq!(number(&world.app, RAISE).await, 1, "each month");
    world.whoami(&id).await.unwrap();
    assert_eq!(shown(&world, &id).await["raised_at"], Value::Null);
    pass(&world, 29).await;
    assert_eq!(number(&world.app, RAISE).await, 0, "it was used");
}

#[tokio::test]
async fn what_has_ended_is_neither_raised_nor_kept() {
    let world = OAuth::start(HOUR).await;
    let id = world.connect().await;
    let path = format!("/api/v1/connections/{id}");
    world
        .owner
        .write(Method::DELETE, &path, &Value::Null, StatusCode::OK)
        .await
        .unwrap();
    pass(&world, 31).await;
    assert_eq!(number(&world.app, RAISE).await, 0);
    let keep = format!("{path}/keep");
    world
        .owner
        .write(Method::POST, &keep, &Value::Null, StatusCode::NOT_FOUND)
        .await
        .unwrap();
}

/// A mail holds so much and no more; and whoever has many names gets one all the same.
#[tokio::test]
async fn names_of_any_length_stop_nobodys_review() {
    let world = OAuth::start(HOUR).await;
    let id = world.connect().await;
    let many = "insert into connectors.connections (id, org_id, user_id, app, purpose, name, scopes_requested)
         select gen_random_uuid(), org_id, user_id, app, purpose, repeat('\"', 100), '{}'
           from connectors.connections, generate_series(1, 7)";
    assert_eq!(fate(&world.app, many).await, 7);
    pass(&world, 31).await;
    assert_eq!(number(&world.app, RAISE).await, 8);
    assert_eq!(number(&world.app, MAILED).await, 1);
    assert!(shown(&world, &id).await["raised_at"].is_string());
}

#[tokio::test]
async fn a_program_says_of_nothing_that_it_is_needed() {
    let world = OAuth::start(HOUR).await;
    let id = world.connect().await;
    let form = json!({ "name": "Key", "scopes": ["connectors.read", "connectors.manage"], "expires_in_days": 1 });
    let made = world
        .owner
        .write(Method::POST, "/api/v1/api-keys", &form, StatusCode::CREATED)
        .await
        .unwrap();
    #[expect(clippy::disallowed_methods, reason = "a program, not the product")]
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let kept = http
        .post(format!("{}/api/v1/connections/{id}/keep", world.app.url))
        .bearer_auth(made["key"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(kept.status(), StatusCode::FORBIDDEN);
}
