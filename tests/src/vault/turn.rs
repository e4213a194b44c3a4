//! Somebody with the broker's login, and a turn at what has just ended.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use testkit::app::Options;

use crate::sql::refusal;
use crate::world::World;

async fn number(broker: &mut PgConnection, query: &str) -> i64 {
    let found = sqlx::query_scalar(AssertSqlSafe(query.to_owned()));
    found.fetch_one(broker).await.unwrap()
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
    let mut broker = PgConnection::connect_with(&world.app.login("countersign_broker"))
        .await
        .unwrap();
    let take = "select count(*) from connectors.take_closing(null, sha256('x'), 300)";
    assert_eq!(number(&mut broker, take).await, 1);
    let bind = "begin; select ctx.bind_turn(sha256('x')); savepoint before";
    broker.execute(bind).await.unwrap();
    let own = "select count(*) from broker.secrets where owner_id = ctx.principal()";
    assert!(number(&mut broker, own).await > 0);
    for table in ["broker.secrets", "broker.credentials"] {
        let owner = if table == "broker.secrets" {
            "owner_id"
        } else {
            "connection_id"
        };
        let others = format!("select count(*) from {table} where {owner} <> ctx.principal()");
        assert_eq!(number(&mut broker, &others).await, 0, "{table}");
    }
    // Without conditions: a statement that reads nothing asks no policy for reading.
    for statement in [
        "update connectors.connections set state = 'disconnected'",
        "update connectors.connections set state = 'connected'",
        "update approvals.proposals set outcome_code = null",
        "update broker.authorizations set used_at = now()",
    ] {
        let touched = broker.execute(statement).await.unwrap().rows_affected();
        assert_eq!(touched, 0, "{statement}");
    }
    for statement in [
        "insert into broker.calls (id, org_id, connection_id, operation, actor_kind, actor_id, duration_ms, answer_bytes)
         values (gen_random_uuid(), ctx.org(), ctx.principal(), 'x', 'session', gen_random_uuid(), 0, 0)",
        "insert into broker.data_keys (id, org_id, purpose, wrapped_by, wrapped)
         values ('x', ctx.org(), 'approvals', 'x', '')",
        "insert into broker.authorizations (id, org_id, user_id, connection_id, state_hash, redirect_uri, expires_at)
         values (gen_random_uuid(), ctx.org(), gen_random_uuid(), ctx.principal(), sha256('x'), '', now())",
    ] {
        assert_eq!(refusal(&mut broker, statement).await, "42501", "{statement}");
        broker.execute("rollback to before").await.unwrap();
    }
    // Nor is anything sealed for what has ended by whoever is somebody.
    broker.execute("rollback").await.unwrap();
    let mut owner = world.sql("countersign_broker").await;
    let seal = format!(
        "insert into broker.secrets (org_id, owner_id, field, version, key_id, sealed)
         select ctx.org(), '{}', 'client_secret', 9, id, '' from broker.data_keys limit 1",
        reading.uuid()
    );
    assert_eq!(refusal(&mut owner, &seal).await, "23514");
}
