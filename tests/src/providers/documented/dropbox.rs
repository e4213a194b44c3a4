use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode as Told, Uri};
use axum::{Json, Router};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::provider::Mood;

use super::world::Documented;
use crate::world::{rows_with, scanned, settled};

const CANARY: &str = "canary-of-a-name-of-a-file";

/// What Dropbox has: folders that were made.
type Shared = Arc<Mutex<Vec<String>>>;

async fn answer(
    State(folders): State<Shared>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> (Told, Json<Value>) {
    let sent = || serde_json::from_slice::<Value>(&body).unwrap();
    let (status, told) = match uri.path() {
        "/oauth2/token" => (200, token()),
        // An endpoint without arguments takes no body, and refuses the type of one.
        "/2/auth/token/revoke" => {
            let is_bare = body.is_empty() && !headers.contains_key("content-type");
            (if is_bare { 200 } else { 400 }, Value::Null)
        }
        "/2/files/list_folder" => (200, first_page(&sent())),
        "/2/files/list_folder/continue" => match sent()["cursor"].as_str().unwrap() {
            "cursor_2" => (200, last_page()),
            _ => (409, error("reset", "reset")),
        },
        "/2/files/list_revisions" => (200, revisions(sent()["path"].as_str().unwrap())),
        "/2/files/create_folder_v2" => {
            let path = sent()["path"].as_str().unwrap().to_owned();
            let mut folders = folders.lock().unwrap();
            if folders.contains(&path) {
                (409, error("path/conflict/folder", "path"))
            } else {
                folders.push(path);
                let made = json!({ "name": CANARY, "id": "id:folder2", "path_display": CANARY });
                (200, json!({ "metadata": made }))
            }
        }
        other => panic!("nothing asks for {other}"),
    };
    (Told::from_u16(status).unwrap(), Json(told))
}

fn token() -> Value {
    json!({
        "access_token": "access-token-of-dropbox", "refresh_token": "refresh-token-of-dropbox",
        "expires_in": 14400, "token_type": "bearer", "scope": "files.metadata.read",
        "account_id": "dbid:1",
    })
}

fn error(summary: &str, tag: &str) -> Value {
    json!({ "error_summary": format!("{summary}/.."), "error": { ".tag": tag } })
}

fn file(id: &str) -> Value {
    json!({ ".tag": "file", "name": CANARY, "path_lower": CANARY, "id": id, "rev": "0123456789",
            "server_modified": "2026-03-02T09:00:00Z" })
}

fn first_page(sent: &Value) -> Value {
    assert_eq!(
        (&sent["path"], &sent["recursive"]),
        (&json!("/Contracts"), &json!(true))
    );
    let folder = json!({ ".tag": "folder", "name": CANARY, "id": "id:folder1" });
    json!({ "entries": [folder, file("id:file1")], "cursor": "cursor_2", "has_more": true })
}

fn last_page() -> Value {
    json!({ "entries": [file("id:file2")], "cursor": "cursor_3", "has_more": false })
}

fn revisions(path: &str) -> Value {
    assert!(path.starts_with("id:file"), "{path} has no revisions");
    let saved = |rev: &str| {
        json!({ ".tag": "file", "id": path, "rev": rev, "name": CANARY, "size": 7,
                "server_modified": "2026-03-02T09:00:00Z", "client_modified": "2026-03-01T09:00:00Z",
                "sharing_info": { "read_only": false, "modified_by": "dbid:AAH4f99" } })
    };
    json!({ "is_deleted": false, "entries": [saved("012345678a"), saved("0123456789")], "has_more": false })
}

async fn start() -> (Documented, Shared) {
    let folders = Shared::default();
    let upstream = Router::new()
        .fallback(answer)
        .with_state(Arc::clone(&folders));
    let hosts = ["www.dropbox.com", "api.dropboxapi.com"];
    (Documented::start(upstream, &hosts).await, folders)
}

fn form(purpose: &str) -> Value {
    json!({ "app": "dropbox", "name": "Dropbox", "purpose": purpose })
}

#[tokio::test]
async fn a_list_goes_on_at_another_path_and_each_file_tells_when_it_was_saved() {
    let (world, _) = start().await;
    let id = world.connect(&form("read")).await;
    let log = scanned(&world.owner, &id, &json!({ "path": "/Contracts" })).await;
    assert_eq!(
        (&log["state"], &log["events"]),
        (&json!("ready"), &json!(4)),
        "{log}"
    );
    let asked = world.targets(&Method::POST, "/2/files/");
    assert_eq!(
        asked,
        [
            "/2/files/list_folder",
            "/2/files/list_folder/continue",
            "/2/files/list_revisions",
            "/2/files/list_revisions",
        ]
    );
    let went_on = &world.provider.seen(&Method::POST)[2];
    assert_eq!(went_on.body, r#"{"cursor":"cursor_2"}"#);
    assert_eq!(rows_with(&world.app, CANARY).await, Vec::<String>::new());
}

/// The operation that goes on is a declared read as any other, and a cursor that counts for nothing any more puts a
/// scan off: the next one begins anew.
#[tokio::test]
async fn going_on_takes_a_cursor_and_nothing_else() {
    let (world, _) = start().await;
    let id = world.connect(&form("read")).await;
    let contracts = json!({ "path": "/Contracts" });
    let first = world.read(&id, ("list_files", &contracts)).await;
    let next = first.unwrap().next.unwrap();
    assert_eq!(
        (next.operation.as_str(), next.arguments.as_str()),
        ("list_more_files", r#"{"cursor":"cursor_2"}"#)
    );
    let arrived = world.targets(&Method::POST, "/2/").len();
    for given in [
        json!({}),
        json!({ "cursor": "cursor_2", "path": "/Contracts" }),
        json!({ "cursor": "cursor 2" }),
        json!({ "cursor": 2 }),
        json!({ "cursor": { ".tag": "x" } }),
    ] {
        let refused = world.read(&id, ("list_more_files", &given)).await;
        assert_eq!(refused.unwrap_err(), "broker.arguments", "{given}");
    }
    assert_eq!(world.targets(&Method::POST, "/2/").len(), arrived);
    let stale = json!({ "cursor": "of_another_day" });
    let put_off = world.read(&id, ("list_more_files", &stale)).await;
    assert_eq!(put_off.unwrap_err(), "egress.status");
}

#[tokio::test]
async fn a_folder_is_made_once_and_a_lost_answer_is_left_to_a_person() {
    let (world, folders) = start().await;
    let writing = world.connect(&form("write")).await;
    let folder = json!({ "path": "/Contracts/2026" });
    let made = world.approved(&writing, ("create_folder", &folder)).await;
    let ended = settled(&world.owner, &made).await;
    assert_eq!(ended["state"], "executed", "{ended}");
    let sent = world.provider.seen(&Method::POST).pop().unwrap();
    assert_eq!(
        sent.body,
        r#"{"autorename":false,"path":"/Contracts/2026"}"#
    );
    // The same folder again: Dropbox refuses it, and makes none beside it.
    let again = world.approved(&writing, ("create_folder", &folder)).await;
    let ended = settled(&world.owner, &again).await;
    assert_eq!(ended["state"], "failed", "{ended}");
    assert_eq!(folders.lock().unwrap().len(), 1);

    world.provider.be(Mood::LoseAnswersOfWrites);
    let other = json!({ "path": "/Contracts/2027" });
    let lost = world.approved(&writing, ("create_folder", &other)).await;
    let ended = settled(&world.owner, &lost).await;
    assert_eq!(ended["state"], "unknown_outcome", "{ended}");
    assert_eq!(folders.lock().unwrap().len(), 2, "it was sent once");
}

#[tokio::test]
async fn the_end_of_a_connection_is_told_with_its_own_token_and_no_body() {
    let (world, _) = start().await;
    let id = world.connect(&form("read")).await;
    let ended = world.end(&id).await;
    assert_eq!(ended["revocation"], "confirmed", "{ended}");
    let told = world.provider.seen(&Method::POST).pop().unwrap();
    assert_eq!(told.target, "/2/auth/token/revoke");
    assert_eq!(
        told.headers["authorization"],
        "Bearer access-token-of-dropbox"
    );
}
