//! AC-05: a single connection is for whom it was given to, to view or to edit.

use demo::Person;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor as _};

use super::standings::{colleague, id_of};
use crate::world::{World, bound, decide, propose, scanned, settled};

pub(super) async fn put(person: &Person, path: &str, body: &Value) -> (StatusCode, Value) {
    let answer = person.send(Method::PUT, path, Some(body)).await.unwrap();
    let status = answer.status();
    (status, answer.json().await.unwrap_or_default())
}

pub(super) async fn open(by: &Person, connection: &str, access: &str) -> StatusCode {
    let path = format!("/api/v1/connections/{connection}/everybody");
    put(by, &path, &json!({ "access": access })).await.0
}

pub(super) async fn give(by: &Person, connection: &str, to: &str, access: &str) -> StatusCode {
    let path = format!("/api/v1/connections/{connection}/grants");
    put(by, &path, &json!({ "to": to, "access": access }))
        .await
        .0
}

pub(super) async fn take_back(by: &Person, connection: &str, from: &str) -> StatusCode {
    let path = format!("/api/v1/connections/{connection}/grants?from={from}");
    let answer = by.send(Method::DELETE, &path, None).await.unwrap();
    answer.status()
}

/// What a proposal through the connection comes to.
pub(super) async fn tried(person: &Person, connection: &str) -> (StatusCode, Value) {
    let form = json!({
        "connection": connection, "operation": "create_issue", "arguments": { "title": "Tried" },
    });
    let answer = person.send(Method::POST, "/api/v1/approvals", Some(&form));
    let answer = answer.await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

pub(super) async fn status(person: &Person, path: &str) -> StatusCode {
    person.send(Method::GET, path, None).await.unwrap().status()
}

pub(super) fn person(person: &Person) -> String {
    id_of(person).to_string()
}

#[tokio::test]
async fn a_connection_for_nobody_is_there_for_its_owner_and_those_it_was_given_to() {
    let world = World::start().await;
    let (bo, other) = (
        colleague(&world.app, &world.owner, "PARTICIPANT-40").await,
        colleague(&world.app, &world.owner, "PARTICIPANT-40").await,
    );
    let path = format!("/api/v1/connections/{}", world.writing);
    // As everybody's: the way that things are until somebody says otherwise.
    assert_eq!(status(&bo, &path).await, StatusCode::OK);
    assert_eq!(tried(&bo, &world.writing).await.0, StatusCode::CREATED);
    assert_eq!(
        open(&world.owner, &world.writing, "none").await,
        StatusCode::NO_CONTENT
    );
    for one in [&bo, &other] {
        assert_eq!(status(one, &path).await, StatusCode::NOT_FOUND);
        assert_eq!(
            status(one, &format!("{path}/calls")).await,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            status(one, &format!("{path}/grants")).await,
            StatusCode::NOT_FOUND
        );
        let page = format!("/connectors/{}", world.writing);
        assert_eq!(status(one, &page).await, StatusCode::NOT_FOUND);
        assert_eq!(tried(one, &world.writing).await.0, StatusCode::NOT_FOUND);
        let listed = one.get("/api/v1/connections").await.unwrap();
        assert!(!listed.to_string().contains(&world.writing), "{listed}");
    }
    assert_eq!(
        tried(&world.owner, &world.writing).await.0,
        StatusCode::CREATED
    );
    let given = give(&world.owner, &world.writing, &person(&bo), "edit").await;
    assert_eq!(given, StatusCode::NO_CONTENT);
    assert_eq!(tried(&bo, &world.writing).await.0, StatusCode::CREATED);
    assert_eq!(tried(&other, &world.writing).await.0, StatusCode::NOT_FOUND);
    let shown = bo.get(&format!("{path}/grants")).await.unwrap();
    assert_eq!(shown["everybody"], "none");
    assert_eq!(shown["access"], "edit");
    assert_eq!(shown["grants"][0]["to"], person(&bo));
    let taken = take_back(&world.owner, &world.writing, &person(&bo)).await;
    assert_eq!(taken, StatusCode::NO_CONTENT);
    assert_eq!(tried(&bo, &world.writing).await.0, StatusCode::NOT_FOUND);
    let actions = world.owner.get("/api/v1/audit/entries").await.unwrap();
    for action in [
        "access.asset_opened",
        "access.asset_given",
        "access.asset_taken_back",
    ] {
        assert!(actions.to_string().contains(action), "{action}");
    }
}

#[tokio::test]
async fn who_may_view_neither_edits_nor_runs_nor_reveals_nor_passes_it_on() {
    let world = World::start().await;
    // An admin, whose role lets them do everything: what holds them is what they were given.
    let admin = colleague(&world.app, &world.owner, "ADMIN-80").await;
    let bo = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    let (sent, hash) = world.propose("Secret title").await;
    assert_eq!(
        decide(&world.owner, &sent, "approve", &hash).await,
        StatusCode::OK
    );
    settled(&world.owner, &sent).await;
    for connection in [&world.reading, &world.writing] {
        open(&world.owner, connection, "none").await;
        for one in [&admin, &bo] {
            give(&world.owner, connection, &person(one), "view").await;
        }
    }
    for one in [&admin, &bo] {
        let path = format!("/api/v1/connections/{}", world.writing);
        assert_eq!(one.get(&path).await.unwrap()["access"], "view");
        assert_eq!(status(one, &format!("{path}/calls")).await, StatusCode::OK);
        let (status, told) = tried(one, &world.writing).await;
        assert_eq!(
            (status, &told["code"]),
            (StatusCode::FORBIDDEN, &json!("connectors.view_only"))
        );
        // Neither to themselves, nor to others, nor to everybody.
        for to in [person(one), person(&world.owner)] {
            let given = give(one, &world.writing, &to, "edit").await;
            assert_eq!(given, StatusCode::FORBIDDEN);
        }
        assert_eq!(
            open(one, &world.writing, "edit").await,
            StatusCode::FORBIDDEN
        );
        let page = format!("/connectors/{}", world.writing);
        let page = one.send(Method::GET, &page, None).await.unwrap();
        let page = page.text().await.unwrap();
        assert!(
            !page.contains("/give\"") && !page.contains("/everybody\""),
            "{page}"
        );
    }
    let (reconnect, scan) = (
        format!("/api/v1/connections/{}/authorize", world.writing),
        format!("/api/v1/connections/{}/scan", world.reading),
    );
    for (path, body) in [(reconnect, json!({ "client_id": "x" })), (scan, json!({}))] {
        let answer = admin.send(Method::POST, &path, Some(&body)).await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        let told: Value = answer.json().await.unwrap();
        assert_eq!(told["code"], "connectors.view_only", "{path}");
    }
    // That something was sent is seen; what it said is not.
    let path = format!("/api/v1/approvals/{sent}");
    assert_eq!(status(&bo, &path).await, StatusCode::FORBIDDEN);
    let page = bo
        .send(Method::GET, &format!("/approvals/{sent}"), None)
        .await;
    let page = page.unwrap().text().await.unwrap();
    assert!(
        page.contains("not use it") && !page.contains("/api/v1/issues"),
        "{page}"
    );
    // Who decides about writes sees them whole.
    assert_eq!(status(&admin, &path).await, StatusCode::OK);
}

#[tokio::test]
async fn who_manages_connections_ends_one_that_is_not_for_them_and_does_nothing_else_with_it() {
    let world = World::start().await;
    let admin = colleague(&world.app, &world.owner, "ADMIN-80").await;
    open(&world.owner, &world.writing, "none").await;
    let path = format!("/api/v1/connections/{}", world.writing);
    assert_eq!(admin.get(&path).await.unwrap()["access"], "none");
    let (status, told) = tried(&admin, &world.writing).await;
    assert_eq!(
        (status, &told["code"]),
        (StatusCode::FORBIDDEN, &json!("connectors.view_only"))
    );
    let own = give(&admin, &world.writing, &person(&admin), "edit").await;
    assert_eq!(own, StatusCode::FORBIDDEN);
    assert_eq!(
        open(&admin, &world.writing, "edit").await,
        StatusCode::FORBIDDEN
    );
    let ended = admin.send(Method::DELETE, &path, Some(&json!({}))).await;
    assert_eq!(ended.unwrap().status(), StatusCode::OK);
    assert_eq!(admin.get(&path).await.unwrap()["state"], "disconnected");
}

#[tokio::test]
async fn what_everybody_may_do_lets_nobody_shut_others_out() {
    let world = World::start().await;
    let bo = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    assert_eq!(
        open(&bo, &world.writing, "none").await,
        StatusCode::FORBIDDEN
    );
    let given = give(&bo, &world.writing, &person(&bo), "edit").await;
    assert_eq!(given, StatusCode::FORBIDDEN);
    // Who was given it to edit may, and may give it up.
    give(&world.owner, &world.writing, &person(&bo), "edit").await;
    assert_eq!(
        open(&bo, &world.writing, "none").await,
        StatusCode::NO_CONTENT
    );
    let given_up = take_back(&bo, &world.writing, &person(&bo)).await;
    assert_eq!(given_up, StatusCode::NO_CONTENT);
    assert_eq!(tried(&bo, &world.writing).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn reviewers_decide_what_went_through_a_connection_that_is_not_theirs() {
    let world = World::start().await;
    let reviewer = colleague(&world.app, &world.owner, "REVIEWER-20").await;
    let bo = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    open(&world.owner, &world.writing, "none").await;
    let (id, hash) = world.propose("For review").await;
    let path = format!("/api/v1/approvals/{id}");
    assert_eq!(status(&bo, &path).await, StatusCode::NOT_FOUND);
    let listed = bo.get("/api/v1/approvals").await.unwrap();
    assert!(!listed.to_string().contains(&id), "{listed}");
    assert_eq!(reviewer.get(&path).await.unwrap()["payload_hash"], hash);
    assert_eq!(
        decide(&reviewer, &id, "approve", &hash).await,
        StatusCode::OK
    );
    // It is sent in a job of theirs.
    let after = settled(&world.owner, &id).await;
    assert_eq!(after["state"], "executed", "{after}");
    // Who asked keeps seeing that they did.
    give(&world.owner, &world.writing, &person(&bo), "edit").await;
    let (own, _) = propose(&bo, &world.writing, "Bo's").await;
    take_back(&world.owner, &world.writing, &person(&bo)).await;
    let listed = bo.get("/api/v1/approvals").await.unwrap();
    assert!(listed.to_string().contains(&own), "{listed}");
}

#[tokio::test]
async fn what_was_read_from_a_connection_is_for_whom_that_is() {
    let world = World::start().await;
    let bo = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    let log = scanned(&world.owner, &world.reading, &json!({})).await;
    let path = format!("/api/v1/logs/{}", log["id"].as_str().unwrap());
    assert_eq!(status(&bo, &path).await, StatusCode::OK);
    open(&world.owner, &world.reading, "none").await;
    assert_eq!(status(&bo, &path).await, StatusCode::NOT_FOUND);
    let mut front = bound(&world.app, "countersign_front", &bo).await;
    for table in ["insight.logs", "insight.names", "insight.events"] {
        let count = format!("select count(*) from {table}");
        let seen: i64 = sqlx::query_scalar(AssertSqlSafe(count))
            .fetch_one(&mut front)
            .await
            .unwrap();
        assert_eq!(seen, 0, "{table}");
        let removed = front.execute(AssertSqlSafe(format!("delete from {table}")));
        assert_eq!(removed.await.unwrap().rows_affected(), 0, "{table}");
    }
    give(&world.owner, &world.reading, &person(&bo), "view").await;
    assert_eq!(status(&bo, &path).await, StatusCode::OK);
}
