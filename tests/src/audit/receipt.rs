//! An entry proves itself: what was destroyed, with the signed head of the log that has it.

use audit::checkpoint::VerifierKey;
use audit::proof::{self, LoggedEntry, LoggedEntryError};
use kernel::{OrganisationId, Scope};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use testkit::app::TestApp;

use super::{key, sequenced};
use crate::eventually::eventually;
use crate::world::{World, signed_up};

async fn download(world: &World, path: &str) -> (StatusCode, String) {
    let answer = world.owner.send(Method::GET, path, None).await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

fn checked(text: &str, key: &VerifierKey) -> Result<LoggedEntry, LoggedEntryError> {
    proof::check(text, key)
}

#[tokio::test]
async fn what_was_destroyed_with_a_connection_is_proven_without_the_server() {
    let world = World::start().await;
    let path = format!("/api/v1/connections/{}", world.reading);
    let ended = world.owner.send(Method::DELETE, &path, None).await.unwrap();
    assert!(ended.status().is_success());
    sequenced(&world).await;
    let list = format!(
        "/api/v1/audit/entries?action=connectors.tokens_destroyed&subject={}",
        world.reading
    );
    let told = world.owner.get(&list).await.unwrap();
    let id = told["entries"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/audit/entries/{id}/proof");
    let (status, text) = download(&world, &path).await;
    assert_eq!(status, StatusCode::OK);
    let key = key(&world.app).await;
    let logged = checked(&text, &key).unwrap();
    let entry: Value = serde_json::from_str(&logged.text).unwrap();
    assert_eq!(entry["action"], "connectors.tokens_destroyed");
    assert_eq!(entry["subject"], world.reading.as_str());
    let details = &entry["details"];
    assert_eq!(details["revocation"], "confirmed", "{details}");
    let named = |name: &str| details[name].as_str().unwrap().to_owned();
    assert!(named("data_keys").starts_with("dek_"), "{details}");
    assert!(named("master_keys").starts_with("file:"), "{details}");
    // The page of the connection offers the same.
    let page = format!("/connectors/{}", world.reading);
    let (_, page) = download(&world, &page).await;
    let link = format!("/audit/{id}/proof");
    assert!(page.contains(&link), "no signed receipt on the page");
    assert_eq!(download(&world, &link).await.1, text);
    // Another text is not proven by it, and nobody else gets it.
    let forged = text.replacen("index ", "index 1", 1);
    assert!(checked(&forged, &key).is_err());
    let stranger = signed_up(&world.app).await;
    let answer = stranger.send(Method::GET, &path, None).await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

/// Whoever runs the server has the signed receipt of what was destroyed: nobody else is left to ask for it.
pub(crate) async fn shredded(app: &TestApp, org: OrganisationId) {
    let db = app.db("countersign_verifier");
    let text = eventually("the signed tree has it", async || {
        let mut tx = db.read(&Scope::Anonymous).await.unwrap();
        let about = (org.to_string(), "broker.data_keys_destroyed");
        proof::prove_newest(&mut tx, (&about.0, about.1)).await.ok()
    })
    .await;
    let logged = checked(&text, &key(app).await).unwrap();
    let entry: Value = serde_json::from_str(&logged.text).unwrap();
    let details = &entry["details"];
    assert!(details["payloads"].as_u64().unwrap() > 0, "{details}");
    let named = |name: &str| details[name].as_str().unwrap().to_owned();
    assert!(named("data_keys").starts_with("dek_"), "{details}");
    assert!(named("master_keys").starts_with("file:"), "{details}");
}

#[tokio::test]
async fn what_the_signed_tree_lacks_is_not_proven_yet() {
    let world = World::start().await;
    sequenced(&world).await;
    let told = world.owner.get("/api/v1/audit/entries").await.unwrap();
    let id = told["entries"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/audit/entries/{id}/proof");
    assert_eq!(download(&world, &path).await.0, StatusCode::OK);
    world.fate("delete from audit.checkpoints").await;
    let (status, problem) = download(&world, &path).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(problem.contains("audit.not_in_tree"), "{problem}");
}
