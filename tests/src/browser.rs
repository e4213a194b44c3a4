//! A person's part of the main job in a real browser, and every page as it is served.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{World, read_log};

/// Runs a script of tests/browser, most of which drive Chromium, and reads what it tells.
pub(crate) fn node(script: &str, input: &Value) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    assert!(
        folder.join("node_modules").exists(),
        "run ./dev test, which installs the browser's driver"
    );
    let mut child = Command::new("node")
        .arg(script)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.to_string().as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The simulated log, imported.
async fn imported(world: &World) -> String {
    let form = json!({ "name": "Helpdesk (simulated)" });
    let added = world
        .owner
        .write(Method::POST, "/api/v1/logs", &form, StatusCode::CREATED)
        .await
        .unwrap();
    let id = added["id"].as_str().unwrap().to_owned();
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../examples/logs/helpdesk-simulated.xes.gz"
    );
    let content = std::fs::read(file).unwrap();
    let answer = world
        .owner
        .upload(&format!("/api/v1/logs/{id}/content"), content)
        .await
        .unwrap();
    assert!(
        answer.status().is_success(),
        "{}",
        answer.text().await.unwrap()
    );
    let log = read_log(&world.owner, &id).await;
    assert_eq!(log["state"], "ready", "{log}");
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_a_proposal_arrive_approves_it_and_every_page_is_sound() {
    let world = World::start().await;
    let log = imported(&world).await;
    let form = json!({
        "name": "Desk assistant", "expires_in_days": 1,
        "scopes": ["approvals.propose", "approvals.read", "connectors.read"],
    });
    let key = world
        .owner
        .write(Method::POST, "/api/v1/api-keys", &form, StatusCode::CREATED)
        .await
        .unwrap();
    let link = world
        .owner
        .write(
            Method::POST,
            "/api/v1/sign-in-links",
            &json!({}),
            StatusCode::CREATED,
        )
        .await
        .unwrap();
    let input = json!({
        "base": world.app.url, "link": link["url"], "key": key["key"],
        "connection": world.writing, "log": log,
    });
    let told = tokio::task::block_in_place(|| node("main_job.mjs", &input));
    assert_eq!(told["findings"], json!([]), "{told:#}");
    assert_eq!(told["arrived_without_reload"], true);
    assert!(
        told["shown"].as_str().unwrap().contains("/api/v1/issues"),
        "{told}"
    );
    assert_eq!(world.provider.seen(&Method::POST).len(), 1);
}
