//! AC-01: injected SQL cannot make a context.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::world::World;

async fn members(connection: &mut PgConnection) -> i64 {
    sqlx::query_scalar("select count(*) from identity.memberships")
        .fetch_one(connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn without_a_bound_context_nothing_is_seen() {
    let world = World::start().await;
    let mut front = PgConnection::connect_with(&world.app.login("countersign_front"))
        .await
        .unwrap();
    assert_eq!(members(&mut front).await, 0);
}

#[tokio::test]
async fn a_context_made_by_set_config_is_not_believed() {
    let world = World::start().await;
    let mut own = world.sql("countersign_front").await;
    assert_eq!(members(&mut own).await, 1);
    let context: String = sqlx::query_scalar("select current_setting('countersign.context')")
        .fetch_one(&mut own)
        .await
        .unwrap();
    own.execute("rollback").await.unwrap();
    // Replayed in a later transaction of the same backend, and of another one.
    for fresh in [false, true] {
        let mut connection = if fresh {
            PgConnection::connect_with(&world.app.login("countersign_front"))
                .await
                .unwrap()
        } else {
            world.sql("countersign_front").await
        };
        connection.execute("rollback").await.unwrap();
        connection.execute("begin").await.unwrap();
        sqlx::query("select set_config('countersign.context', $1, true)")
            .bind(&context)
            .execute(&mut connection)
            .await
            .unwrap();
        assert_eq!(members(&mut connection).await, 0);
    }
    // Altered within its own transaction.
    let mut own = world.sql("countersign_front").await;
    let raise = "select set_config('countersign.context', replace(current_setting('countersign.context'), '|100|', '|101|'), true)";
    own.execute(AssertSqlSafe(raise.to_owned())).await.unwrap();
    assert_eq!(members(&mut own).await, 0);
}

#[tokio::test]
async fn a_transaction_that_is_held_open_does_not_hold_a_session_open() {
    let world = World::start().await;
    let earlier = "do $$ begin execute replace(pg_get_functiondef('ctx.bind'::regproc), 'clock_timestamp()',
                                               'clock_timestamp() - interval ''301 seconds'''); end $$";
    world.fate(earlier).await;
    let mut own = world.sql("countersign_front").await;
    assert_eq!(members(&mut own).await, 0);
}

#[tokio::test]
async fn the_binders_own_tools_are_out_of_reach() {
    let world = World::start().await;
    for statement in [
        "select ctx.mac('x')",
        "select ctx.bind('session', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 100, '*')",
        "select * from ctx.mac_key",
        "select token_hash from identity.sessions",
        "select password_verifier from identity.users",
        "select * from trust.control_session('a', gen_random_uuid(), sha256('x'), 60)",
        "select * from audit.all_entries(-1, 10)",
        "select audit.append_system(gen_random_uuid(), 'a.b', null, '{}')",
        "insert into audit.entries (id, actor_kind, action, details) values (gen_random_uuid(), 'system', 'a.b', '{}')",
    ] {
        let mut front = world.sql("countersign_front").await;
        let refused = front
            .execute(AssertSqlSafe(statement.to_owned()))
            .await
            .unwrap_err();
        let code = refused
            .as_database_error()
            .unwrap()
            .code()
            .unwrap()
            .into_owned();
        assert_eq!(code, "42501", "{statement}");
    }
}
