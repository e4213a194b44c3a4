//! Which connections there can be, and what one did.

use std::collections::BTreeSet;

use manifest::{Apps, Class, InstanceRule};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::app::{Options, TestApp};

use crate::world::{World, signed_up};

#[tokio::test]
async fn every_app_of_the_catalogue_can_be_connected() {
    let app = TestApp::start_with(Options::default()).await;
    let owner = signed_up(&app).await;
    for manifest in Apps::new(&[]).unwrap().all() {
        for purpose in [Class::Read, Class::Write] {
            if !manifest.is_of_use(purpose) {
                continue;
            }
            let instance = manifest.instance.as_ref().map(InstanceRule::example);
            let form = json!({
                "app": manifest.id, "name": manifest.name, "purpose": purpose.as_str(), "instance": instance,
            });
            let path = "/api/v1/connections";
            let added = owner.write(Method::POST, path, &form, StatusCode::CREATED);
            let added = added.await.unwrap();
            assert_eq!(added["state"], "pending", "{}", manifest.id);
            let key = match purpose {
                Class::Read => manifest.id.clone(),
                Class::Write => format!("{}-write", manifest.id),
            };
            let page = format!("/connectors/apps/{key}/connect");
            let shown = owner.send(Method::GET, &page, None).await.unwrap();
            assert_eq!(shown.status(), StatusCode::OK, "{page}");
            let shown = shown.text().await.unwrap();
            if let Some(example) = instance {
                let placeholder = format!("placeholder=\"{example}\"");
                assert!(shown.contains(&placeholder), "{page}");
            }
            assert!(shown.contains(&manifest.name), "{page}");
        }
    }
}

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
