//! AG-01: the official Python MCP client reads aggregates and proposes; it cannot write.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{World, read_log};

/// What `tests/mcp/client.py` printed. The interpreter is put there by `./dev test`.
fn python_client(world: &World, key: &str, log: &str) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let python = root.join("target/mcp-client/bin/python");
    assert!(
        python.exists(),
        "run ./dev test, which installs the official MCP client"
    );
    let mut child = Command::new(python)
        .arg(root.join("tests/mcp/client.py"))
        .args([&world.app.url, &world.writing, log])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(format!("{key}\n").as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn api_key(world: &World, scopes: &[&str]) -> String {
    let form = json!({ "name": "Python", "scopes": scopes, "expires_in_days": 1 });
    let made = world
        .owner
        .write(Method::POST, "/api/v1/api-keys", &form, StatusCode::CREATED)
        .await
        .unwrap();
    made["key"].as_str().unwrap().to_owned()
}

/// A small log to ask about.
async fn small_log(world: &World) -> String {
    let form = json!({ "name": "Small" });
    let added = world
        .owner
        .write(Method::POST, "/api/v1/logs", &form, StatusCode::CREATED)
        .await
        .unwrap();
    let id = added["id"].as_str().unwrap().to_owned();
    let mut text = "case,activity,timestamp,resource\n".to_owned();
    for n in 10..30 {
        text.push_str(&format!(
            "secret-case-{n},Open,2026-01-{n}T09:00:00Z,secret-person-{n}\n"
        ));
        text.push_str(&format!(
            "secret-case-{n},Close,2026-01-{n}T17:00:00Z,secret-person-{n}\n"
        ));
    }
    let answer = world
        .owner
        .upload(&format!("/api/v1/logs/{id}/content"), text.into_bytes())
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
async fn the_official_python_client_reads_aggregates_and_only_proposes() {
    let world = World::start().await;
    let scopes = [
        "approvals.propose",
        "approvals.read",
        "connectors.read",
        "insight.read",
    ];
    let key = api_key(&world, &scopes).await;
    let log = small_log(&world).await;
    let told = tokio::task::block_in_place(|| python_client(&world, &key, &log));
    let tools = [
        "get_approval",
        "list_connections",
        "list_logs",
        "propose_ticket",
        "read_insight",
    ];
    assert_eq!(told["tools"], json!(tools));
    let insight = told["insight"].to_string();
    assert!(
        insight.contains("Open") && !told["insight"]["is_error"].as_bool().unwrap(),
        "{told}"
    );
    assert!(
        !insight.contains("secret-case") && !insight.contains("secret-person"),
        "{insight}"
    );
    assert_eq!(
        told["proposed"]["content"]["status"], "approval_required",
        "{told}"
    );
    assert_eq!(told["undeclared"]["is_error"], true, "{told}");
    assert_eq!(told["read_as_write"]["is_error"], true, "{told}");
    assert_eq!(told["approval"]["content"]["state"], "waiting", "{told}");
    assert!(
        world.provider.seen(&Method::POST).is_empty(),
        "nothing was written"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_the_scope_cannot_propose() {
    let world = World::start().await;
    let key = api_key(
        &world,
        &["connectors.read", "insight.read", "approvals.read"],
    )
    .await;
    let log = small_log(&world).await;
    let told = tokio::task::block_in_place(|| python_client(&world, &key, &log));
    assert_eq!(told["proposed"]["is_error"], true, "{told}");
    let listed = world.owner.get("/api/v1/approvals").await.unwrap();
    assert_eq!(listed["approvals"], json!([]));
}

#[tokio::test]
async fn without_a_key_the_endpoint_asks_for_one() {
    let world = World::start().await;
    let answer = world
        .owner
        .send(Method::POST, "/mcp", Some(&json!({})))
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert!(answer.headers().contains_key("www-authenticate"));
}
