//! What the password of the front's database login alone is good for: nothing of anybody's.

use db::jobs::{self, NewJob, Queue};
use kernel::{AuditEntry, JobId, Scope, UserId};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use testkit::app::Options;

use crate::sql::{count_try, refusal};
use crate::world::{PASSWORD, World, session_hash};

async fn login(world: &World, role: &str) -> PgConnection {
    PgConnection::connect_with(&world.app.login(role))
        .await
        .unwrap()
}

#[tokio::test]
async fn it_does_not_see_the_statements_that_bind_other_sessions() {
    let world = World::start().await;
    let mut other = world.sql("countersign_front").await;
    let mut thief = login(&world, "countersign_front").await;
    let pid: i32 = sqlx::query_scalar("select pg_backend_pid()")
        .fetch_one(&mut other)
        .await
        .unwrap();
    let seen: Option<String> =
        sqlx::query_scalar("select query from pg_stat_activity where pid = $1")
            .bind(pid)
            .fetch_one(&mut thief)
            .await
            .unwrap();
    assert_eq!(seen.unwrap_or_default(), "");
    // Nor can it have them shown.
    assert_eq!(
        refusal(&mut thief, "set track_activities = on").await,
        "42501"
    );
    assert_eq!(
        refusal(
            &mut thief,
            "alter role countersign_front set track_activities = on"
        )
        .await,
        "42501"
    );
}

#[tokio::test]
async fn it_claims_no_job_of_the_broker_and_none_for_long() {
    let options = Options {
        without_worker: true,
        ..Options::default()
    };
    let mut world = World::start_with(options).await;
    let (id, hash) = world.propose("Approved").await;
    assert!(world.approve(&id, &hash).await.is_success());
    let mut thief = login(&world, "countersign_front").await;
    let claim = "select count(*) from jobs.claim(array[sha256('thief')], 2147483647, 100)";
    let claimed: i64 = sqlx::query_scalar(claim)
        .fetch_one(&mut thief)
        .await
        .unwrap();
    assert_eq!(claimed, 0, "a job of the broker");
    // One of its own it may claim, for minutes, to do what such jobs do and nothing else.
    world.app.kill().await;
    add_front_job(&world).await;
    let claimed: i64 = sqlx::query_scalar(claim)
        .fetch_one(&mut thief)
        .await
        .unwrap();
    assert_eq!(claimed, 1);
    let long = world
        .fate("update jobs.jobs set payload = payload where lease_until > now() + interval '5 minutes'")
        .await;
    assert_eq!(long, 0, "the lease outlasts five minutes");
    thief
        .execute("begin; select ctx.bind_job(sha256('thief'))")
        .await
        .unwrap();
    let permissions: Vec<String> = sqlx::query_scalar("select unnest(ctx.permissions())")
        .fetch_all(&mut thief)
        .await
        .unwrap();
    assert_eq!(
        permissions,
        [
            "connectors.read",
            "connectors.scan",
            "insight.import",
            "insight.read"
        ]
    );
}

async fn add_front_job(world: &World) {
    let front = world.app.db("countersign_front");
    let scope = Scope::Session(session_hash(&world.owner));
    let mut read = front.read(&scope).await.unwrap();
    let owner = identity::principal(&mut read).await.unwrap();
    drop(read);
    let mut tx = front.write(&scope).await.unwrap();
    let job = NewJob {
        id: JobId::new(front.clock().now(), front.chance()),
        organisation: owner.organisation,
        person: owner.user,
        queue: Queue::Front,
        kind: "connectors.scan",
        payload: serde_json::json!({}),
    };
    jobs::enqueue(&mut tx, job).await.unwrap();
    tx.commit(AuditEntry::new("jobs.added")).await.unwrap();
}

#[tokio::test]
async fn nothing_that_it_makes_lasts_for_ever() {
    let world = World::start().await;
    for statement in [
        "insert into identity.links (org_id, kind, user_id, token_hash, expires_at)
         values (ctx.org(), 'sign_in', ctx.person(), sha256('x'), 'infinity')",
        "insert into access.api_keys (id, org_id, user_id, name, face, token_hash, scopes, expires_at)
         values (gen_random_uuid(), ctx.org(), ctx.person(), 'x', 'x', sha256('x'), '{insight.read}', 'infinity')",
    ] {
        let mut thief = world.sql("countersign_front").await;
        assert_eq!(refusal(&mut thief, statement).await, "23514", "{statement}");
    }
    let mut thief = world.sql("countersign_front").await;
    let sign_in = "select identity.sign_in('x@example.com', sha256('x'),
        row('00000000-0000-7000-8000-000000000001', sha256('y'), '', '', sha256('z'), 2147483647)::identity.new_session, true)";
    thief.execute("rollback").await.unwrap();
    let session = "00000000-0000-7000-8000-000000000001";
    assert_eq!(
        count_try(&mut thief, ("x@example.com", "x"), session).await,
        0
    );
    // An unknown address: what is tried is that a lifetime is a check of the table, not of a caller.
    thief.execute(sign_in).await.unwrap();
    let fate = world
        .fate(
            "do $$ begin
               update identity.sessions set expires_at = created_at + interval '12 hours 1 second';
               raise exception 'a session may last longer';
             exception when check_violation then null; end $$",
        )
        .await;
    assert_eq!(fate, 0);
}

#[tokio::test]
async fn it_stops_no_sequencer_and_leaves_no_large_object() {
    let world = World::start().await;
    let mut thief = world.sql("countersign_front").await;
    assert_eq!(
        refusal(&mut thief, "select from audit.turn for update").await,
        "42501"
    );
    for statement in [
        "lock table audit.turn",
        "select lo_from_bytea(0, 'x')",
        "select lo_create(0)",
    ] {
        let mut thief = world.sql("countersign_front").await;
        assert_eq!(refusal(&mut thief, statement).await, "42501", "{statement}");
    }
}

#[tokio::test]
async fn nobody_signs_up_as_an_organisation_of_the_controls() {
    let world = World::start().await;
    let form = serde_json::json!({
        "email": "Control-A@controls.invalid", "name": "x", "organisation": "x", "password": PASSWORD,
    });
    let answer = world
        .owner
        .send(reqwest::Method::POST, "/api/v1/sign-up", Some(&form))
        .await
        .unwrap();
    // The same as for everybody.
    assert_eq!(answer.status(), reqwest::StatusCode::ACCEPTED);
    let made = world
        .fate("update identity.users set name = name where email like '%@controls.invalid'")
        .await;
    assert_eq!(made, 0);
}

#[tokio::test]
async fn the_verifiers_login_looks_for_nothing_but_its_own_canary() {
    let world = World::start().await;
    let mut thief = login(&world, "countersign_verifier").await;
    let canary = format!("canary{}", "0".repeat(32));
    let made = format!(
        "do $$ begin
           perform trust.control_session('a', gen_random_uuid(), sha256('a'), 60);
           perform trust.make_control_person('{canary}', '00000000-0000-7000-8000-00000000c0de', gen_random_uuid(), sha256('c'));
         end $$"
    );
    assert_eq!(refusal(&mut thief, &made).await, "done");
    let own = "00000000-0000-7000-8000-00000000c0de";
    let owner: UserId = world.owner.me["user"].as_str().unwrap().parse().unwrap();
    let looked = |table: &str, person: &str, text: &str| {
        format!("select held from trust.traces_of('{table}', '{person}', '{text}')")
    };
    let held: i64 = sqlx::query_scalar(AssertSqlSafe(looked("identity.users", own, &canary)))
        .fetch_one(&mut thief)
        .await
        .unwrap();
    assert_eq!(held, 1, "what it is for");
    for statement in [
        // Character by character this read the key that every context is signed with.
        looked("ctx.mac_key", own, "(t,\"\\\\x0"),
        looked("ctx.mac_key", own, &canary),
        looked("identity.users", own, "$argon2id$"),
        looked("identity.users", own, ""),
        looked("identity.users", &owner.uuid().to_string(), &canary),
        format!("select trust.forget_control_person('{}')", owner.uuid()),
        "select trust.make_control_person('owner', gen_random_uuid(), gen_random_uuid(), sha256('x'))".to_owned(),
    ] {
        assert_eq!(refusal(&mut thief, &statement).await, "42501", "{statement}");
    }
}
