//! What files may take: of the disk, of the server, and of somebody else's upload.

use axum::body::Bytes;
use broker::files::{FileStore, Spare};
use futures_util::stream;
use reqwest::{Body, Client, Method, StatusCode};
use serde_json::Value;
use testkit::app::{Files, Options};
use tokio::sync::mpsc;

use super::{ask, csv, imported, large, new_log, original, rows, stored};
use crate::eventually::eventually;
use crate::world::World;

async fn world(files: Files) -> World {
    let options = Options {
        files: Some(files),
        ..Options::default()
    };
    World::start_with(options).await
}

async fn upload(world: &World, log: &str, content: Vec<u8>) -> (StatusCode, Value) {
    let path = format!("/api/v1/logs/{log}/content");
    let answer = world.owner.upload(&path, content).await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_file_that_would_leave_too_little_of_the_disk_is_refused() {
    let full = |folder| FileStore::folder(folder, Spare::Bytes(u64::MAX)).unwrap();
    let world = world(Files::new(full)).await;
    let log = new_log(&world.owner, "Full").await;
    let (status, body) = upload(&world, &log, large()).await;
    assert_eq!(status, StatusCode::INSUFFICIENT_STORAGE, "{body}");
    assert_eq!(body["code"], "files.disk_full");
    let shown = world.owner.get(&format!("/api/v1/logs/{log}")).await;
    assert_eq!(shown.unwrap()["error_code"], "files.disk_full");
    assert_eq!(rows(&world.app).await, 0);
    assert!(stored(&world.app).is_empty());
}

#[tokio::test]
async fn all_organisations_together_take_no_more_than_the_server_may() {
    let most = csv(4).len() as u64 + 100;
    let limited = move |folder| {
        let store = FileStore::folder(folder, Spare::Bytes(0)).unwrap();
        store.with_most(Some(most))
    };
    let world = world(Files::new(limited)).await;
    imported(&world.owner, csv(4)).await;
    let other = crate::world::signed_up(&world.app).await;
    let log = new_log(&other, "Theirs").await;
    let path = format!("/api/v1/logs/{log}/content");
    let answer = other.upload(&path, csv(4)).await.unwrap();
    assert_eq!(answer.status(), StatusCode::INSUFFICIENT_STORAGE);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["code"], "files.server_quota");
    assert_eq!(rows(&world.app).await, 1);
}

#[tokio::test]
async fn a_log_whose_file_there_was_no_room_for_waits_until_there_is() {
    let limited = |folder| {
        let store = FileStore::folder(folder, Spare::Bytes(0)).unwrap();
        store.with_most(Some(csv(4).len() as u64))
    };
    let world = world(Files::new(limited)).await;
    let first = imported(&world.owner, csv(4)).await;
    let log = new_log(&world.owner, "Second").await;
    let (status, body) = upload(&world, &log, csv(4)).await;
    assert_eq!(status, StatusCode::INSUFFICIENT_STORAGE, "{body}");
    let shown = world.owner.get(&format!("/api/v1/logs/{log}")).await;
    assert_eq!(shown.unwrap()["state"], "reading");
    let path = format!("/api/v1/logs/{first}");
    let removed = world.owner.send(Method::DELETE, &path, None).await.unwrap();
    assert!(removed.status().is_success());
    let (status, body) = upload(&world, &log, csv(4)).await;
    assert_eq!(status, StatusCode::OK, "{body}");
}

#[tokio::test]
async fn a_second_file_for_a_log_is_refused_and_the_first_is_kept() {
    let world = World::start().await;
    let log = new_log(&world.owner, "One").await;
    let content = large();
    let (send, receive) = mpsc::channel::<Bytes>(1);
    let slow = stream::unfold(receive, async |mut receive| {
        let piece = receive.recv().await?;
        Some((Ok::<_, std::io::Error>(piece), receive))
    });
    #[expect(clippy::disallowed_methods, reason = "a test plays the client")]
    let client = Client::builder().no_proxy().build().unwrap();
    let first = client
        .put(format!("{}/api/v1/logs/{log}/content", world.app.url))
        .headers(world.owner.credentials())
        .body(Body::wrap_stream(slow));
    let first = tokio::spawn(first.send());
    let (begin, rest) = content.split_at(70_000);
    send.send(Bytes::copy_from_slice(begin)).await.unwrap();
    eventually("it is being read", async || {
        (rows(&world.app).await == 1).then_some(())
    })
    .await;
    let (status, body) = upload(&world, &log, csv(4)).await;
    assert_eq!(
        (status, &body["code"]),
        (StatusCode::CONFLICT, &"insight.log_taken".into())
    );
    let shown = world.owner.get(&format!("/api/v1/logs/{log}")).await;
    assert_eq!(shown.unwrap()["state"], "reading");
    send.send(Bytes::copy_from_slice(rest)).await.unwrap();
    drop(send);
    assert_eq!(first.await.unwrap().unwrap().status(), StatusCode::OK);
    let answer = ask(&world.app, &world.owner, &original(&log), &[]).await;
    assert!(answer.bytes().await.unwrap() == content);
}

#[tokio::test]
async fn a_second_file_by_another_front_is_refused_as_well() {
    let mut world = World::start().await;
    let log = new_log(&world.owner, "Two fronts").await;
    let broker = broker::socket::BrokerClient::new(&world.app.broker_socket);
    let scope = kernel::Scope::Session(crate::world::session_hash(&world.owner));
    let name = broker::files::FileName::of("first.csv");
    let begun = broker.put_file(&scope, log.parse().unwrap(), name);
    let mut first = begun.await.unwrap();
    let content = csv(4);
    first.write(&content).await.unwrap();
    eventually("the first is on its way", async || {
        (rows(&world.app).await == 1).then_some(())
    })
    .await;
    let front = world.app.another_front().await;
    let host = world.app.url.trim_start_matches("http://").to_owned();
    #[expect(clippy::disallowed_methods, reason = "a test plays the client")]
    let client = Client::builder().no_proxy().build().unwrap();
    let second = client
        .put(format!("{front}/api/v1/logs/{log}/content"))
        .headers(world.owner.credentials())
        .header("host", host)
        .body(csv(8));
    let answer = second.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["code"], "insight.log_taken");
    first.finish().await.unwrap();
    let shown = world.owner.get(&format!("/api/v1/logs/{log}")).await;
    assert_eq!(shown.unwrap()["state"], "reading");
}
