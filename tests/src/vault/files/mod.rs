//! VA-08, as far as files go: the original of a log is sealed where it is stored, opens whole and for whoever may see
//! the log alone, and goes with it.

mod attacks;
mod bucket;
mod ends;
mod limits;
mod oracle;
mod ranges;

use std::path::PathBuf;

use demo::Person;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::json;
use testkit::app::TestApp;

use crate::sql::number;
use crate::world::{World, rows_with};

/// In a column that no log keeps.
const CANARY: &str = "zebra-canary-4711";

/// A log of so many events as CSV, with a column that is none of the log's.
fn csv(events: usize) -> Vec<u8> {
    use std::fmt::Write as _;
    let mut text = "case,activity,timestamp,note\n".to_owned();
    for number in 0..events {
        let case = number / 4;
        writeln!(
            text,
            "{case},step {},2026-01-01T00:00:{:02}Z,{CANARY} {number}",
            number % 4,
            number % 60
        )
        .unwrap();
    }
    text.into_bytes()
}

/// Several chunks.
fn large() -> Vec<u8> {
    csv(4000)
}

async fn new_log(owner: &Person, name: &str) -> String {
    let form = json!({ "name": name });
    let made = owner.write(Method::POST, "/api/v1/logs", &form, StatusCode::CREATED);
    made.await.unwrap()["id"].as_str().unwrap().to_owned()
}

/// Imports a file, which has to be taken. Returns the log's identifier.
async fn imported(owner: &Person, content: Vec<u8>) -> String {
    let id = new_log(owner, "Orders: 2026").await;
    let path = format!("/api/v1/logs/{id}/content");
    let answer = owner.upload(&path, content).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    id
}

fn original(log: &str) -> String {
    format!("/api/v1/logs/{log}/original")
}

/// Asks with further headers.
async fn try_ask(
    app: &TestApp,
    person: &Person,
    path: &str,
    headers: &[(&'static str, &str)],
) -> reqwest::Result<Response> {
    let mut all: HeaderMap = person.credentials();
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).unwrap();
        all.insert(HeaderName::from_static(name), value);
    }
    #[expect(clippy::disallowed_methods, reason = "a test plays the client")]
    let client = Client::builder().no_proxy().build().unwrap();
    let url = format!("{}{path}", app.url);
    client.get(url).headers(all).send().await
}

async fn ask(
    app: &TestApp,
    person: &Person,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Response {
    try_ask(app, person, path, headers).await.unwrap()
}

/// The stored files, whole or not.
fn stored(app: &TestApp) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in std::fs::read_dir(app.files_folder()).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            found.push(file.unwrap().path());
        }
    }
    found
}

async fn rows(app: &TestApp) -> i64 {
    number(app, "select count(*) from broker.files").await
}

#[tokio::test]
async fn the_original_of_a_log_comes_back_as_it_was_and_is_nowhere_in_clear() {
    let world = World::start().await;
    let content = large();
    let log = imported(&world.owner, content.clone()).await;
    let shown = world
        .owner
        .get(&format!("/api/v1/logs/{log}"))
        .await
        .unwrap();
    let told = json!({ "name": "Orders 2026", "size_bytes": content.len() });
    assert_eq!(shown["original"], told);
    let page = ask(
        &world.app,
        &world.owner,
        &format!("/insight/logs/{log}"),
        &[],
    )
    .await;
    let page = page.text().await.unwrap();
    assert!(page.contains("Original file: <a href="), "{page}");
    for path in [original(&log), format!("/insight/logs/{log}/original")] {
        let answer = ask(&world.app, &world.owner, &path, &[]).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "application/octet-stream");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(
            header("content-disposition"),
            "attachment; filename=\"Orders 2026\"; filename*=UTF-8''Orders%202026"
        );
        assert_eq!(header("content-length"), content.len().to_string());
        assert_eq!(header("cache-control"), "no-store");
        assert!(answer.bytes().await.unwrap() == content);
    }
    assert_eq!(rows_with(&world.app, CANARY).await, Vec::<String>::new());
    let files = stored(&world.app);
    assert_eq!(files.len(), 1);
    let sealed = std::fs::read(&files[0]).unwrap();
    let size = u64::try_from(content.len()).unwrap();
    assert_eq!(sealed.len() as u64, crypto::stream::sealed_size(size));
    let canary = CANARY.as_bytes();
    assert!(!sealed.windows(canary.len()).any(|bytes| bytes == canary));
    let path = format!("/api/v1/audit/entries?action=insight.original_kept&subject={log}");
    let told = world.owner.get(&path).await.unwrap();
    assert_eq!(told["entries"][0]["details"]["bytes"], size);
}

#[tokio::test]
async fn a_data_key_rotates_under_a_file_whose_bytes_stay() {
    let world = World::start().await;
    let content = large();
    let log = imported(&world.owner, content.clone()).await;
    let before = std::fs::read(&stored(&world.app)[0]).unwrap();
    let key = "select count(*) from broker.files f join broker.data_keys k on k.id = f.key_id and k.purpose = 'files'
                where k.created_at < (select max(begun_at) from broker.rotations)";
    let ended = super::data_keys_rotated(&world.app).await;
    assert_eq!((&ended.failure, ended.keys_left.len()), (&None, 0));
    assert_eq!(
        number(&world.app, key).await,
        0,
        "the old key seals it still"
    );
    let retired = "select count(*) from broker.data_keys where retired_at is not null";
    assert_eq!(number(&world.app, retired).await, 0);
    assert!(std::fs::read(&stored(&world.app)[0]).unwrap() == before);
    let answer = ask(&world.app, &world.owner, &original(&log), &[]).await;
    assert!(answer.bytes().await.unwrap() == content);
}
