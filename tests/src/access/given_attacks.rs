//! AC-05, round about: what nobody was given by ending a thing, asking twice at once, or looking at the past.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::sharing::{give, open, status};
use super::standings::{colleague, id_of};
use crate::world::{World, scanned};

#[tokio::test]
async fn nobody_joins_a_team_by_ending_what_it_was_given() {
    let world = World::start().await;
    let admin = colleague(&world.app, &world.owner, "ADMIN-80").await;
    let team = json!({ "name": "Private" });
    let made = world
        .owner
        .write(Method::POST, "/api/v1/teams", &team, StatusCode::CREATED);
    let team = made.await.unwrap()["id"].as_str().unwrap().to_owned();
    open(&world.owner, &world.reading, "none").await;
    give(&world.owner, &world.reading, &team, "view").await;
    let log = scanned(&world.owner, &world.reading, &json!({})).await;
    let log = format!("/api/v1/logs/{}", log["id"].as_str().unwrap());
    let join = format!("/api/v1/teams/{team}/members");
    let own = json!({ "user": id_of(&admin).to_string() });
    let joined = async || admin.send(Method::PUT, &join, Some(&own)).await.unwrap();
    assert_eq!(joined().await.status(), StatusCode::FORBIDDEN);
    let connection = format!("/api/v1/connections/{}", world.reading);
    let ended = admin.send(Method::DELETE, &connection, Some(&json!({}))).await;
    assert_eq!(ended.unwrap().status(), StatusCode::OK);
    assert_eq!(joined().await.status(), StatusCode::FORBIDDEN);
    assert_eq!(status(&admin, &log).await, StatusCode::NOT_FOUND);
}
