//! What a connection did.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::world::World;

#[tokio::test]
async fn every_call_of_a_connection_is_on_one_of_its_pages_and_only_there() {
    let world = World::start().await;
    // Two of each second: pages must not cut between calls of the same moment.
    world
        .fate(
            "insert into broker.calls (id, org_id, connection_id, operation, actor_kind, actor_id,
                                       at, status, duration_ms, answer_bytes)
             select gen_random_uuid(), c.org_id, c.id, 'list_issues', 'job', c.user_id,
                    now() + make_interval(secs => n / 2), 200, n, 0
               from connectors.connections c, generate_series(1, 121) n
              where c.purpose = 'read'",
        )
        .await;
    let path = format!("/api/v1/connections/{}/calls", world.reading);
    let mut seen = BTreeSet::new();
    let mut before = String::new();
    loop {
        let page = world
            .owner
            .get(&format!("{path}?limit=50{before}"))
            .await
            .unwrap();
        let Some(last) = page.as_array().unwrap().last() else {
            break;
        };
        before = format!("&before={}", last["id"].as_str().unwrap());
        for call in page.as_array().unwrap() {
            assert!(seen.insert(call["id"].to_string()), "twice: {call}");
        }
    }
    let made = |call: &Value| call["operation"] == "list_issues";
    let newest = world.owner.get(&format!("{path}?limit=200")).await.unwrap();
    assert_eq!(
        newest
            .as_array()
            .unwrap()
            .iter()
            .filter(|call| made(call))
            .count(),
        121
    );
    assert_eq!(seen.len(), newest.as_array().unwrap().len());
}
