//! What becomes of files that nobody wants any more, or that never came whole.

use broker::files::FileName;
use broker::socket::BrokerClient;
use demo::Person;
use kernel::{LogId, Scope};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::{ask, csv, imported, large, new_log, original, rows, stored};
use crate::eventually::eventually;
use crate::sql::number;
use crate::world::{World, disconnected, session_hash};

async fn nothing_is_left(world: &World) {
    eventually("nothing of it is left", async || {
        let left = number(&world.app, "select count(*) from broker.file_remains").await;
        (rows(&world.app).await == 0 && left == 0 && stored(&world.app).is_empty()).then_some(())
    })
    .await;
}

async fn upload(owner: &Person, log: &str, content: Vec<u8>) -> (StatusCode, Value) {
    let path = format!("/api/v1/logs/{log}/content");
    let answer = owner.upload(&path, content).await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn with_a_log_goes_its_original() {
    let world = World::start().await;
    let log = imported(&world.owner, large()).await;
    assert_eq!(stored(&world.app).len(), 1);
    let path = format!("/api/v1/logs/{log}");
    let gone = world.owner.send(Method::DELETE, &path, None).await.unwrap();
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    let answer = ask(&world.app, &world.owner, &original(&log), &[]).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    nothing_is_left(&world).await;
}

#[tokio::test]
async fn with_an_organisation_go_its_files() {
    let world = World::start().await;
    imported(&world.owner, csv(4)).await;
    disconnected(&world.app, &world.owner).await;
    let email = world.owner.me["email"].as_str().unwrap();
    let form = [("email", email)];
    let gone = world.owner.submit("/account/delete", &form).await.unwrap();
    assert_eq!(gone.status(), StatusCode::OK);
    nothing_is_left(&world).await;
}

#[tokio::test]
async fn of_a_file_that_is_no_log_nothing_is_kept() {
    let world = World::start().await;
    let log = new_log(&world.owner, "Bad").await;
    let mut content = large();
    content.extend_from_slice(b"1,a,not a date,x\n");
    let (status, body) = upload(&world.owner, &log, content).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    let hurry = "update broker.file_remains set due_at = now()";
    eventually("nothing of it is left", async || {
        world.fate(hurry).await;
        (rows(&world.app).await == 0 && stored(&world.app).is_empty()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn of_a_file_that_is_cut_off_nothing_is_kept() {
    let world = World::start().await;
    let log: LogId = new_log(&world.owner, "Cut").await.parse().unwrap();
    let broker = BrokerClient::new(&world.app.broker_socket);
    let scope = Scope::Session(session_hash(&world.owner));
    let mut sending = broker
        .put_file(&scope, log, FileName::of("cut.csv"))
        .await
        .unwrap();
    sending.write(&large()).await.unwrap();
    eventually("it is being written", async || {
        (stored(&world.app).len() == 1).then_some(())
    })
    .await;
    assert_eq!(rows(&world.app).await, 1);
    let shown = world
        .owner
        .get(&format!("/api/v1/logs/{log}"))
        .await
        .unwrap();
    assert_eq!(
        shown["original"],
        Value::Null,
        "it is shown before it is whole"
    );
    drop(sending);
    eventually("nothing of it is left", async || {
        (rows(&world.app).await == 0 && stored(&world.app).is_empty()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_a_crash_leaves_of_a_file_is_swept() {
    let mut world = World::start().await;
    let log: LogId = new_log(&world.owner, "Crash").await.parse().unwrap();
    let broker = BrokerClient::new(&world.app.broker_socket);
    let scope = Scope::Session(session_hash(&world.owner));
    let mut sending = broker
        .put_file(&scope, log, FileName::of("crash.csv"))
        .await
        .unwrap();
    sending.write(&large()).await.unwrap();
    eventually("it is being written", async || {
        (stored(&world.app).len() == 1).then_some(())
    })
    .await;
    let part = stored(&world.app).remove(0);
    let half = std::fs::read(&part).unwrap();
    world.app.kill().await;
    // A process that ends does not tidy up.
    std::fs::write(&part, half).unwrap();
    let again = "insert into broker.files (id, org_id, log_id, name, key_id, sealed_key)
                 select $id, l.org_id, l.id, 'crash.csv', k.id, '' from insight.logs l
                   join broker.data_keys k on k.org_id = l.org_id and k.purpose = 'files'
                  where l.name = 'Crash' on conflict do nothing";
    let id = part.file_stem().unwrap().to_str().unwrap();
    world.fate(&again.replace("$id", &format!("'{id}'"))).await;
    world.app.restart().await;
    world
        .fate("update broker.files set alive_at = now() - interval '6 minutes'")
        .await;
    eventually("nothing of it is left", async || {
        world
            .fate("update broker.file_remains set due_at = now()")
            .await;
        (rows(&world.app).await == 0 && stored(&world.app).is_empty()).then_some(())
    })
    .await;
    drop(sending);
}

#[tokio::test]
async fn an_organisation_that_has_stored_what_it_may_is_told_so() {
    let world = World::start().await;
    imported(&world.owner, csv(4)).await;
    // All but a thousand bytes.
    world
        .fate("update broker.files set size_bytes = 21474835480")
        .await;
    let log = new_log(&world.owner, "Too much").await;
    let (status, body) = upload(&world.owner, &log, large()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(body["code"], "files.quota", "{body}");
    let shown = world
        .owner
        .get(&format!("/api/v1/logs/{log}"))
        .await
        .unwrap();
    assert_eq!(
        (&shown["state"], &shown["error_code"]),
        (&"failed".into(), &"files.quota".into())
    );
    let log = new_log(&world.owner, "Fits").await;
    assert_eq!(upload(&world.owner, &log, csv(4)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_log_has_one_original_and_a_scan_none() {
    let world = World::start().await;
    let log = imported(&world.owner, csv(4)).await;
    let broker = BrokerClient::new(&world.app.broker_socket);
    let scope = Scope::Session(session_hash(&world.owner));
    let made_up = "log_01jd6w3z9m4q8v7t2y5x0n1k3c";
    for log in [log.as_str(), made_up] {
        let log: LogId = log.parse().unwrap();
        let begun = broker.put_file(&scope, log, FileName::of("x")).await;
        let refused = begun.unwrap_err();
        assert_eq!(refused.to_string(), "the log waits for no file any more");
    }
    assert_eq!(stored(&world.app).len(), 1);
}
