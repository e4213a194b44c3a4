//! The API is as its OpenAPI document says: asked by a fuzzer that is not ours.

use std::path::Path;
use std::process::Command;

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::tenancy::fill;
use crate::world::World;

/// Has Schemathesis ask every operation of the document, with `headers`.
fn ask(world: &World, headers: &[(String, String)]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let program = root.join("target/api-fuzzer/bin/schemathesis");
    assert!(
        program.exists(),
        "run ./dev test, which installs Schemathesis"
    );
    let mut command = Command::new(program);
    command
        .current_dir(std::env::temp_dir())
        .args(["run", &format!("{}/api/openapi.json", world.app.url)])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", "8"])
        .args(["--seed", "1", "--generation-deterministic"])
        .args(["--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"])
        // It would end its own session first, or go on in an organisation where there is nothing to ask for.
        .args(["--exclude-operation-id", "end_session"])
        .args(["--exclude-operation-id", "make_organisation"])
        .args(["--continue-on-failure", "--no-color", "--warnings", "off"]);
    for (name, value) in headers {
        command.args(["--header", &format!("{name}:{value}")]);
    }
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_answers_a_key_as_its_document_says() {
    let world = World::start().await;
    fill(&world, &world.owner).await;
    let scopes: Vec<&str> = access::catalogue::ALL
        .iter()
        .filter(|permission| permission.for_programs)
        .map(|permission| permission.name)
        .collect();
    let form = json!({ "name": "Fuzzer", "scopes": scopes, "expires_in_days": 1 });
    let path = "/api/v1/api-keys";
    let made = world
        .owner
        .write(Method::POST, path, &form, StatusCode::CREATED)
        .await
        .unwrap();
    let key = made["key"].as_str().unwrap();
    ask(
        &world,
        &[("Authorization".to_owned(), format!("Bearer {key}"))],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_answers_a_person_as_its_document_says() {
    let world = World::start().await;
    fill(&world, &world.owner).await;
    let headers: Vec<(String, String)> = world
        .owner
        .credentials()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    ask(&world, &headers);
    // It was somebody to the end.
    world.owner.get("/api/v1/me").await.unwrap();
}
