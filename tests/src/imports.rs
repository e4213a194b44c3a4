//! Logs whose reader died.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_log_whose_reader_died_ends_as_interrupted_and_says_what_to_do() {
    let world = World::start().await;
    let make = async |name: &str| {
        let form = json!({ "name": name });
        let made = world
            .owner
            .write(Method::POST, "/api/v1/logs", &form, StatusCode::CREATED);
        made.await.unwrap()["id"].as_str().unwrap().to_owned()
    };
    let (dead, alive) = (make("Dead").await, make("Alive").await);
    world
        .fate("update insight.logs set alive_at = now() - interval '4 minutes' where name = 'Dead'")
        .await;
    let front = world.app.db("countersign_front");
    insight::sweep(&front).await.unwrap();
    let show = async |id: &str| {
        world
            .owner
            .get(&format!("/api/v1/logs/{id}"))
            .await
            .unwrap()
    };
    let ended = show(&dead).await;
    assert_eq!(ended["state"], "failed", "{ended}");
    assert_eq!(ended["error_code"], "insight.interrupted", "{ended}");
    assert_eq!(show(&alive).await["state"], "reading");
    let path = format!("/api/v1/audit/entries?action=insight.log_failed&subject={dead}");
    let told = world.owner.get(&path).await.unwrap();
    assert_eq!(told["entries"][0]["actor_kind"], "system", "{told}");
}

#[tokio::test]
async fn an_organisation_that_has_stored_what_it_may_is_told_so_and_keeps_nothing_more() {
    let world = World::start().await;
    let form = json!({ "name": "Full" });
    let made = world
        .owner
        .write(Method::POST, "/api/v1/logs", &form, StatusCode::CREATED)
        .await
        .unwrap();
    let id = made["id"].as_str().unwrap();
    world
        .fate(
            "insert into insight.logs (id, org_id, user_id, name, source, state, stored)
             select gen_random_uuid(), org_id, user_id, 'Old', 'import', 'ready', 20000000 from insight.logs limit 1",
        )
        .await;
    let csv = b"case,activity,time\n1,a,2026-01-01T00:00:00Z\n".to_vec();
    let path =
        format!("/api/v1/logs/{id}/content?format=csv&case=case&activity=activity&timestamp=time");
    let refused = world.owner.upload(&path, csv).await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let log = world
        .owner
        .get(&format!("/api/v1/logs/{id}"))
        .await
        .unwrap();
    assert_eq!(
        (&log["state"], &log["error_code"], &log["events"]),
        (&json!("failed"), &json!("insight.log_quota"), &json!(0)),
        "{log}"
    );
}
