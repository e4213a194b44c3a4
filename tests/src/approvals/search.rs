//! VA-04: what is sealed is found by its exact value, by those who may see it, and tells nobody else anything.

use std::collections::BTreeSet;

use demo::Person;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use super::page;
use crate::access::colleague;
use crate::sql::refusal;
use crate::vault::data_keys_rotated;
use crate::world::{World, connect, rows_with, signed_up};

const LABEL: &str = "Canary-Label-of-a-Search";

async fn labelled(person: &Person, connection: &str) -> String {
    let form = json!({
        "connection": connection, "operation": "create_issue",
        "arguments": { "title": "Shorten the wait", "labels": ["desk", LABEL] },
    });
    let path = "/api/v1/approvals";
    let made = person.write(Method::POST, path, &form, StatusCode::CREATED);
    made.await.unwrap()["id"].as_str().unwrap().to_owned()
}

async fn answer(person: &Person, text: &str) -> (StatusCode, Value) {
    let form = json!({ "text": text });
    let path = "/api/v1/approvals/search";
    let answer = person.send(Method::POST, path, Some(&form)).await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

/// The identifiers of what is found.
async fn found(person: &Person, text: &str) -> Vec<String> {
    let (status, answer) = answer(person, text).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let rows = answer["approvals"].as_array().unwrap();
    let id = |row: &Value| row["id"].as_str().unwrap().to_owned();
    rows.iter().map(id).collect()
}

/// Each index, with the key that made it.
async fn indexes(world: &World) -> BTreeSet<(String, Vec<u8>)> {
    let options = world.app.database.superuser_options();
    let mut hand = PgConnection::connect_with(&options).await.unwrap();
    let rows: Vec<(String, Vec<u8>)> =
        sqlx::query_as("select key_id, index from approvals.blind_indexes")
            .fetch_all(&mut hand)
            .await
            .unwrap();
    rows.into_iter().collect()
}

#[tokio::test]
async fn a_proposal_is_found_by_each_whole_text_of_its_request() {
    let world = World::start().await;
    let first = labelled(&world.owner, &world.writing).await;
    let (other, _) = world.propose("Another").await;
    let second = labelled(&world.owner, &world.writing).await;
    for text in [
        LABEL,
        "canary-label-OF-a-search",
        "  desk ",
        "shorten the wait",
    ] {
        assert_eq!(
            found(&world.owner, text).await,
            [&*second, &*first],
            "{text}"
        );
    }
    assert_eq!(found(&world.owner, "another").await, [&*other]);
    for text in ["Canary", "Canary-Label-of-a-Searc", "shorten", "%", "*"] {
        assert!(found(&world.owner, text).await.is_empty(), "{text}");
    }
    assert_eq!(rows_with(&world.app, LABEL).await, [""; 0]);
    assert_eq!(rows_with(&world.app, &LABEL.to_lowercase()).await, [""; 0]);
}

#[tokio::test]
async fn nothing_and_too_much_are_not_looked_for() {
    let world = World::start().await;
    for text in ["", "  ", &"x".repeat(321)] {
        let (status, problem) = answer(&world.owner, text).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problem["code"], "approvals.search_invalid", "{problem}");
    }
    assert!(found(&world.owner, &"x".repeat(320)).await.is_empty());
}

#[tokio::test]
async fn equal_texts_of_two_organisations_have_nothing_in_common() {
    let world = World::start().await;
    let ours = labelled(&world.owner, &world.writing).await;
    let before = indexes(&world).await;
    let stranger = signed_up(&world.app).await;
    assert!(found(&stranger, LABEL).await.is_empty());
    let connection = connect(&stranger, world.provider.url(), "write").await;
    let theirs = labelled(&stranger, &connection).await;
    assert_eq!(found(&stranger, LABEL).await, [&*theirs]);
    assert_eq!(found(&world.owner, LABEL).await, [&*ours]);
    let after = indexes(&world).await;
    let values: BTreeSet<_> = after.iter().map(|(_, index)| index).collect();
    assert_eq!((before.len(), after.len(), values.len()), (3, 6, 6));
}

#[tokio::test]
async fn who_may_not_see_a_request_does_not_learn_by_a_search_what_is_in_it() {
    let world = World::start().await;
    let bo = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    let reviewer = colleague(&world.app, &world.owner, "REVIEWER-20").await;
    let id = labelled(&world.owner, &world.writing).await;
    assert_eq!(found(&bo, LABEL).await, [&*id]);
    let path = format!("/api/v1/connections/{}/everybody", world.writing);
    for access in ["view", "none"] {
        let form = json!({ "access": access });
        let opened = world.owner.send(Method::PUT, &path, Some(&form)).await;
        assert_eq!(opened.unwrap().status(), StatusCode::NO_CONTENT);
        assert!(found(&bo, LABEL).await.is_empty(), "{access}");
        assert_eq!(found(&reviewer, LABEL).await, [&*id]);
    }
}

#[tokio::test]
async fn indexes_move_on_with_the_data_key_that_makes_them() {
    let mut world = World::start().await;
    let id = labelled(&world.owner, &world.writing).await;
    let before = indexes(&world).await;
    let ended = data_keys_rotated(&world.app).await;
    assert_eq!((&ended.failure, ended.keys_left.len()), (&None, 0));
    let after = indexes(&world).await;
    assert_eq!((before.len(), after.len()), (3, 3));
    let all: BTreeSet<_> = before.iter().chain(&after).collect();
    let values: BTreeSet<_> = all.iter().map(|(_, index)| index).collect();
    let keys: BTreeSet<_> = all.iter().map(|(key, _)| key).collect();
    assert_eq!((values.len(), keys.len()), (6, 2), "{all:?}");
    assert_eq!(found(&world.owner, LABEL).await, [&*id]);
    world.app.kill().await;
    world.app.restart().await;
    assert_eq!(found(&world.owner, LABEL).await, [&*id]);
}

#[tokio::test]
async fn a_stolen_front_reads_no_index() {
    let world = World::start().await;
    labelled(&world.owner, &world.writing).await;
    for statement in [
        "select from approvals.blind_indexes",
        "select approvals.indexed('{}', '{}', 1)",
        "delete from approvals.blind_indexes",
    ] {
        let mut front = world.sql("countersign_front").await;
        let refused = refusal(&mut front, statement).await;
        assert_eq!(refused, "42501", "{statement}");
    }
}

#[tokio::test]
async fn the_page_finds_the_same_and_puts_the_text_into_no_address() {
    let world = World::start().await;
    let id = labelled(&world.owner, &world.writing).await;
    let link = format!("/approvals/{id}");
    let search = async |text| {
        let form = [("text", text)];
        let shown = world
            .owner
            .submit("/approvals/search", &form)
            .await
            .unwrap();
        (shown.status(), shown.text().await.unwrap())
    };
    let (status, shown) = search(LABEL).await;
    assert_eq!(status, StatusCode::OK);
    assert!(shown.contains(&link), "{shown}");
    let (_, shown) = search("Canary").await;
    assert!(!shown.contains(&link) && shown.contains("Nothing holds it"));
    let (status, shown) = search(" ").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(shown.contains("Write 1 to 320 bytes."), "{shown}");
    assert!(
        page(&world, "/approvals")
            .await
            .contains("/approvals/search")
    );
}
