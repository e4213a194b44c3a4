//! AC-05, round about: what nobody was given by ending a thing, asking twice at once, or looking at the past.

use kernel::{ConnectionId, TeamId};
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use super::sharing::{give, open, person, status, take_back};
use super::standings::{colleague, id_of};
use crate::sql::refusal;
use crate::world::{World, bound, scanned, session_hash};

#[tokio::test]
async fn nobody_joins_a_team_by_ending_what_it_was_given() {
    let world = World::start().await;
    let admin = colleague(&world.app, &world.owner, "ADMIN-80").await;
    let team = json!({ "name": "Private" });
    let made = world
        .owner
        .write(Method::POST, "/api/v1/teams", &team, StatusCode::CREATED);
    let team = made.await.unwrap()["id"].as_str().unwrap().to_owned();
    open(&world.owner, &world.reading, "none").await;
    give(&world.owner, &world.reading, &team, "view").await;
    let log = scanned(&world.owner, &world.reading, &json!({})).await;
    let log = format!("/api/v1/logs/{}", log["id"].as_str().unwrap());
    let join = format!("/api/v1/teams/{team}/members");
    let own = json!({ "user": id_of(&admin).to_string() });
    let joined = async || admin.send(Method::PUT, &join, Some(&own)).await.unwrap();
    assert_eq!(joined().await.status(), StatusCode::FORBIDDEN);
    let connection = format!("/api/v1/connections/{}", world.reading);
    let ended = admin
        .send(Method::DELETE, &connection, Some(&json!({})))
        .await;
    assert_eq!(ended.unwrap().status(), StatusCode::OK);
    assert_eq!(joined().await.status(), StatusCode::FORBIDDEN);
    assert_eq!(status(&admin, &log).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_takes_a_teams_with_their_own() {
    let world = World::start().await;
    let bo = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    let team = json!({ "name": "Support" });
    let made = world
        .owner
        .write(Method::POST, "/api/v1/teams", &team, StatusCode::CREATED);
    let team = made.await.unwrap()["id"].as_str().unwrap().to_owned();
    give(&world.owner, &world.writing, &team, "edit").await;
    let connection = world.writing.parse::<ConnectionId>().unwrap().uuid();
    let team = team.parse::<TeamId>().unwrap().uuid();
    let both = |call: &str, more: &str| {
        format!("select access.{call}('connection', '{connection}', ctx.person(), '{team}'{more})")
    };
    let mut thief = bound(&world.app, "countersign_front", &bo).await;
    let mut owner = world.sql("countersign_front").await;
    for (connection, call, expected) in [
        (&mut thief, both("take_back", ""), "gone"),
        (&mut owner, both("give", ", 'view'"), "nobody"),
    ] {
        let answer: String = sqlx::query_scalar(AssertSqlSafe(call))
            .fetch_one(connection)
            .await
            .unwrap();
        assert_eq!(answer, expected);
    }
    thief.execute("commit").await.unwrap();
    let theirs = "update access.asset_grants set access = access where team_id is not null";
    assert_eq!(world.fate(theirs).await, 1);
}

#[tokio::test]
async fn nobody_cuts_a_log_loose_from_the_connection_that_says_who_sees_it() {
    let world = World::start().await;
    let bo = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    open(&world.owner, &world.reading, "none").await;
    scanned(&world.owner, &world.reading, &json!({})).await;
    give(&world.owner, &world.reading, &person(&bo), "view").await;
    for column in [
        "connection_id = null",
        "user_id = ctx.person()",
        "source = 'import'",
        "name = ''",
    ] {
        let mut thief = bound(&world.app, "countersign_front", &bo).await;
        let loose = format!("update insight.logs set {column}");
        assert_eq!(refusal(&mut thief, &loose).await, "42501", "{column}");
    }
}

#[tokio::test]
async fn nobody_gives_on_from_a_snapshot_what_was_taken_back_since() {
    let world = World::start().await;
    let bo = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    let other = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    open(&world.owner, &world.writing, "none").await;
    give(&world.owner, &world.writing, &person(&bo), "edit").await;
    let login = world.app.login("countersign_front");
    let mut thief = PgConnection::connect_with(&login).await.unwrap();
    let hash = session_hash(&bo).to_hex();
    let give_on = format!(
        "select access.give('connection', '{}', '{}', null, 'edit')",
        world.writing.parse::<ConnectionId>().unwrap().uuid(),
        id_of(&other).uuid()
    );
    for (isolation, expected) in [
        ("repeatable read", "42501"),
        ("serializable", "42501"),
        // What only reads may look at one moment, and cannot turn to writing any more.
        ("repeatable read read only", "25006"),
    ] {
        let bind = format!(
            "rollback; begin isolation level {isolation}; select ctx.bind_session('\\x{hash}')"
        );
        let bound = refusal(&mut thief, &bind).await;
        if bound == "done" {
            let turned = refusal(&mut thief, "set transaction read write").await;
            assert_eq!(turned, "25001");
            refusal(&mut thief, &bind).await;
            take_back(&world.owner, &world.writing, &person(&bo)).await;
            assert_eq!(refusal(&mut thief, &give_on).await, expected);
        } else {
            assert_eq!(bound, expected, "{isolation}");
        }
    }
}
