//! Somebody with the broker's login, and a turn at what has just ended.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use testkit::app::Options;

use crate::sql::refusal;
use crate::world::World;

/// What reaches beyond the connection that has ended: where, and how. Statements that change something read nothing,
/// so that no policy for reading holds them.
const BEYOND: [(&str, &str); 9] = [
    (
        "broker.secrets",
        "select from broker.secrets where owner_id <> ctx.principal()",
    ),
    (
        "broker.credentials",
        "select from broker.credentials where connection_id <> ctx.principal()",
    ),
    (
        "broker.data_keys",
        "insert into broker.data_keys (id, org_id, purpose, wrapped_by, wrapped)
         values (gen_random_uuid()::text, ctx.org(), 'approvals', 'x', '')",
    ),
    (
        "broker.calls",
        "insert into broker.calls (id, org_id, connection_id, operation, actor_kind, actor_id, duration_ms, answer_bytes)
         values (gen_random_uuid(), ctx.org(), ctx.principal(), 'x', 'session', gen_random_uuid(), 0, 0)",
    ),
    (
        "connectors.connections",
        "update connectors.connections set state = 'connected'",
    ),
    (
        "connectors.connections",
        "update connectors.connections set state = 'disconnected'",
    ),
    (
        "approvals.proposals",
        "select from approvals.proposals",
    ),
    (
        "broker.authorizations",
        "update broker.authorizations set used_at = now()",
    ),
    (
        "broker.authorizations",
        "insert into broker.authorizations (id, org_id, user_id, connection_id, state_hash, redirect_uri, expires_at)
         values (gen_random_uuid(), ctx.org(), gen_random_uuid(), ctx.principal(), sha256('x'), '', now())",
    ),
];

/// Tables whose policy `turn` is the only thing that holds an attack above.
const HELD: [&str; 6] = [
    "broker.secrets",
    "broker.credentials",
    "broker.data_keys",
    "broker.calls",
    "connectors.connections",
    "approvals.proposals",
];

/// Where attacks come through when the policy of that table is gone. Nothing of it stays.
async fn breached(superuser: &mut PgConnection, without: Option<&str>) -> Vec<&'static str> {
    let mut breached = Vec::new();
    for (table, attack) in BEYOND {
        superuser.execute("begin").await.unwrap();
        if let Some(without) = without {
            let drop = AssertSqlSafe(format!("drop policy turn on {without}"));
            superuser.execute(drop).await.unwrap();
        }
        let bind = "set local role countersign_broker; select ctx.bind_turn(sha256('x'))";
        superuser.execute(bind).await.unwrap();
        let done = superuser.execute(attack).await;
        if done.is_ok_and(|done| done.rows_affected() > 0) {
            breached.push(table);
        }
        superuser.execute("rollback").await.unwrap();
    }
    breached.dedup();
    breached
}

#[tokio::test]
async fn a_turn_at_one_connection_reaches_nothing_else_of_its_organisation() {
    // Nobody else takes the turn.
    let options = Options {
        without_worker: true,
        ..Options::default()
    };
    let world = World::start_with(options).await;
    world.propose("Waiting").await;
    let reading: kernel::ConnectionId = world.reading.parse().unwrap();
    let end = format!(
        "update connectors.connections set state = 'disconnected' where id = '{}'",
        reading.uuid()
    );
    assert_eq!(world.fate(&end).await, 1);
    // Room for another.
    let retire = "update broker.data_keys set retired_at = now() where purpose = 'approvals'";
    assert_eq!(world.fate(retire).await, 1);
    let superuser = world.app.database.superuser_options();
    let mut superuser = PgConnection::connect_with(&superuser).await.unwrap();
    let take =
        "set role countersign_broker; select connectors.take_closing(null, sha256('x'), 300)";
    superuser.execute(take).await.unwrap();
    superuser.execute("reset role").await.unwrap();
    assert_eq!(breached(&mut superuser, None).await, [""; 0]);
    for table in HELD {
        assert_eq!(breached(&mut superuser, Some(table)).await, [table]);
    }
    // Its own secrets are what it is for.
    superuser
        .execute("begin; set local role countersign_broker; select ctx.bind_turn(sha256('x'))")
        .await
        .unwrap();
    let own = sqlx::query_scalar::<_, i64>(
        "select count(*) from broker.secrets where owner_id = ctx.principal()",
    );
    assert!(own.fetch_one(&mut superuser).await.unwrap() > 0);
}

#[tokio::test]
async fn nothing_is_sealed_any_more_for_a_connection_that_has_ended() {
    let world = World::start().await;
    let reading: kernel::ConnectionId = world.reading.parse().unwrap();
    let seal = format!(
        "update broker.secrets set version = version + 1 where owner_id = '{}'",
        reading.uuid()
    );
    let end = format!(
        "update connectors.connections set state = 'disconnected' where id = '{}'",
        reading.uuid()
    );
    let mut owner = world.sql("countersign_broker").await;
    owner.execute("savepoint before").await.unwrap();
    let sealed = owner.execute(AssertSqlSafe(seal.clone())).await.unwrap();
    assert!(sealed.rows_affected() > 0, "while it is there");
    owner.execute("rollback to before").await.unwrap();
    assert_eq!(world.fate(&end).await, 1);
    assert_eq!(refusal(&mut owner, &seal).await, "23514");
}
