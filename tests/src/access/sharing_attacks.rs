//! AC-05, by whoever would like more: keys, strangers, and the web process's stolen login.

use reqwest::Method;
use reqwest::StatusCode;
use serde_json::json;
use sqlx::Executor as _;

use super::sharing::{give, open, person, put};
use super::standings::{colleague, id_of, stand};
use crate::sql::refusal;
use crate::world::{World, bound, signed_up};

#[tokio::test]
async fn a_key_has_what_its_person_has_and_a_service_key_what_everybody_has() {
    let world = World::start().await;
    let bo = colleague(&world.app, &world.owner, "ADMIN-80").await;
    let scopes = ["approvals.propose", "approvals.read", "connectors.read"];
    let form = json!({ "name": "Key", "scopes": scopes, "expires_in_days": 1 });
    let made = bo.write(Method::POST, "/api/v1/api-keys", &form, StatusCode::CREATED);
    let key = made.await.unwrap()["key"].as_str().unwrap().to_owned();
    let form = json!({ "name": "Service", "scopes": ["connectors.read"], "expires_in_days": 1 });
    let made = bo.write(
        Method::POST,
        "/api/v1/service-keys",
        &form,
        StatusCode::CREATED,
    );
    let service = made.await.unwrap()["key"].as_str().unwrap().to_owned();
    let url = format!("{}/api/v1/connections/{}", world.app.url, world.writing);
    #[expect(clippy::disallowed_methods, reason = "a program that holds a key")]
    let program = reqwest::Client::new();
    let asked = async |key: &str| {
        let answer = program.get(&url).bearer_auth(key).send().await;
        answer.unwrap().status()
    };
    let proposed = async |key: &str| {
        let form = json!({ "connection": world.writing, "operation": "create_issue", "arguments": { "title": "x" } });
        let url = format!("{}/api/v1/approvals", world.app.url);
        let answer = program.post(url).bearer_auth(key).json(&form).send();
        answer.await.unwrap().status()
    };
    assert_eq!(
        (asked(&key).await, asked(&service).await),
        (StatusCode::OK, StatusCode::OK)
    );
    open(&world.owner, &world.writing, "none").await;
    assert_eq!(
        (asked(&key).await, asked(&service).await),
        (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND)
    );
    give(&world.owner, &world.writing, &person(&bo), "view").await;
    assert_eq!(
        (asked(&key).await, asked(&service).await),
        (StatusCode::OK, StatusCode::NOT_FOUND)
    );
    assert_eq!(proposed(&key).await, StatusCode::FORBIDDEN);
    give(&world.owner, &world.writing, &person(&bo), "edit").await;
    assert_eq!(proposed(&key).await, StatusCode::CREATED);
    stand(&world, &bo, &("PARTICIPANT".to_owned(), 20)).await;
    assert_eq!(proposed(&key).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn nothing_is_given_to_another_organisations_people() {
    let world = World::start().await;
    let stranger = signed_up(&world.app).await;
    let theirs = json!({ "name": "Theirs" });
    let made = stranger.write(Method::POST, "/api/v1/teams", &theirs, StatusCode::CREATED);
    let team = made.await.unwrap()["id"].as_str().unwrap().to_owned();
    for to in [person(&stranger), team.clone()] {
        let given = give(&world.owner, &world.writing, &to, "view").await;
        assert_eq!(given, StatusCode::UNPROCESSABLE_ENTITY, "{to}");
        // Nor by whom it would be for.
        let given = give(&stranger, &world.writing, &to, "view").await;
        assert_eq!(given, StatusCode::NOT_FOUND, "{to}");
    }
    assert_eq!(
        open(&stranger, &world.writing, "edit").await,
        StatusCode::NOT_FOUND
    );
    // Not even the owner of the tables can.
    let user = id_of(&stranger).uuid();
    let statement = format!(
        "do $$ begin
           insert into access.asset_grants (org_id, id, connection_id, user_id, access, given_by)
           select org_id, gen_random_uuid(), id, '{user}', 'view', user_id from connectors.connections limit 1;
           raise exception 'a stranger was given a connection';
         exception when foreign_key_violation then null; end $$"
    );
    assert_eq!(world.fate(&statement).await, 0);
}

#[tokio::test]
async fn the_web_processs_login_gives_itself_nothing() {
    let world = World::start().await;
    let bo = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    open(&world.owner, &world.writing, "none").await;
    give(&world.owner, &world.reading, &person(&bo), "view").await;
    for statement in [
        "insert into access.asset_grants (org_id, id, connection_id, user_id, access, given_by)
         select ctx.org(), gen_random_uuid(), connection_id, ctx.person(), 'edit', ctx.person() from access.asset_grants",
        "update access.asset_grants set access = 'edit'",
        "delete from access.asset_grants",
        "update connectors.connections set everybody = 'edit'",
        "insert into access.team_members (org_id, team_id, user_id) values (ctx.org(), gen_random_uuid(), ctx.person())",
        "insert into access.teams (org_id, id, name, made_by) values (ctx.org(), gen_random_uuid(), 'x', ctx.person())",
        "select access.make_team(gen_random_uuid(), 'x')",
        "select access.join_team(gen_random_uuid(), ctx.person())",
        "select access.given_assets('connection', 'view')",
        "select access.hold_to_share('connection', gen_random_uuid())",
        "select access.forget_member()",
    ] {
        let mut thief = bound(&world.app, "countersign_front", &bo).await;
        assert_eq!(refusal(&mut thief, statement).await, "42501", "{statement}");
    }
    // The rows are there for the owner to see.
    let count = "select count(*) from access.asset_grants";
    let mut front = bound(&world.app, "countersign_front", &world.owner).await;
    let seen: i64 = sqlx::query_scalar(count)
        .fetch_one(&mut front)
        .await
        .unwrap();
    assert_eq!(seen, 1);
    // By the broker's login as well a proposal needs the use of the connection.
    let mut broker = bound(&world.app, "countersign_broker", &bo).await;
    let statement = format!(
        "insert into broker.authorizations (id, org_id, user_id, connection_id, state_hash, redirect_uri, expires_at)
         values (gen_random_uuid(), ctx.org(), ctx.person(), '{}', sha256('x'), '', now())",
        world.writing.parse::<kernel::ConnectionId>().unwrap().uuid()
    );
    assert_eq!(refusal(&mut broker, &statement).await, "42501");
}

#[tokio::test]
async fn the_brokers_login_proposes_nothing_by_a_connection_that_may_only_be_viewed() {
    let world = World::start().await;
    let (id, _) = world.propose("Waiting").await;
    let bo = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    give(&world.owner, &world.writing, &person(&bo), "view").await;
    // Another one, as like the first as can be, in the name of who asks.
    let again = format!(
        "insert into approvals.proposals (id, org_id, connection_id, app, operation, requester_kind, requester_id,
                requester_person, payload_hash, payload_key_id, payload_sealed, expires_at)
         select gen_random_uuid(), org_id, connection_id, app, operation, 'session', ctx.principal(), ctx.person(),
                payload_hash, payload_key_id, payload_sealed, expires_at
           from approvals.proposals where id = '{}'",
        id.parse::<kernel::ProposalId>().unwrap().uuid()
    );
    for (everybody, expected) in [("edit", "done"), ("none", "42501")] {
        open(&world.owner, &world.writing, everybody).await;
        let mut broker = bound(&world.app, "countersign_broker", &bo).await;
        assert_eq!(refusal(&mut broker, &again).await, expected, "{everybody}");
    }
}

#[tokio::test]
async fn the_brokers_login_touches_no_tokens_of_a_connection_that_is_not_shown() {
    let world = World::start().await;
    let bo = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    let id = world.writing.parse::<kernel::ConnectionId>().unwrap();
    let version = format!(
        "(select token_version from broker.credentials where connection_id = '{}')",
        id.uuid()
    );
    for (everybody, taken, follows) in [("none", 0, "newer"), ("edit", 1, "due")] {
        open(&world.owner, &world.writing, everybody).await;
        let take = format!(
            "select count(*) from broker.take_refresh('{}', {version}, sha256('t'), 60)",
            id.uuid()
        );
        let mut broker = bound(&world.app, "countersign_broker", &bo).await;
        let turns: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(take))
            .fetch_one(&mut broker)
            .await
            .unwrap();
        assert_eq!(turns, taken, "{everybody}");
        // It is not kept: what follows would wait for it.
        broker.execute("rollback").await.unwrap();
        let refuse = format!(
            "select broker.token_refused('{}', {version}, false)",
            id.uuid()
        );
        let mut broker = bound(&world.app, "countersign_broker", &bo).await;
        let said: String = sqlx::query_scalar(sqlx::AssertSqlSafe(refuse))
            .fetch_one(&mut broker)
            .await
            .unwrap();
        assert_eq!(said, follows, "{everybody}");
    }
}

#[tokio::test]
async fn giving_needs_a_recent_proof_and_a_browser() {
    let world = World::start().await;
    world
        .fate("update identity.sessions set authenticated_at = now() - interval '1 hour'")
        .await;
    let path = format!("/api/v1/connections/{}/everybody", world.writing);
    let (status, told) = put(&world.owner, &path, &json!({ "access": "none" })).await;
    assert_eq!(
        (status, &told["code"]),
        (StatusCode::FORBIDDEN, &json!("identity.not_recent"))
    );
    let mut thief = world.sql("countersign_front").await;
    let id = world
        .writing
        .parse::<kernel::ConnectionId>()
        .unwrap()
        .uuid();
    let statement = format!("select access.open_asset('connection', '{id}', 'none')");
    assert_eq!(refusal(&mut thief, &statement).await, "CS008");
    let mut thief = world.sql("countersign_front").await;
    let statement = format!("select access.give('connection', '{id}', ctx.person(), null, 'edit')");
    assert_eq!(refusal(&mut thief, &statement).await, "CS008");
}
