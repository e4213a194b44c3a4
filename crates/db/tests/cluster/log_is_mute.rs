//! SH-03: no statement and no value reaches the server's log, whatever goes wrong.

use db::cluster::Cluster;
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnection;

use crate::support::{Scratch, execute, kill, superuser, text};

/// Planted into everything that a client sends.
const CANARY: &str = "canary";

/// Statements that fail, each with the canary where PostgreSQL would quote it.
const FAILURES: [&str; 12] = [
    "selekt 'canary'",
    "select canary_column from people",
    "select 'canary'::uuid",
    "select 'canary'::int",
    "select 'canary'::jsonb",
    "insert into people (mail, age) values ('canary', 1)",
    "insert into people (mail, age) values ('canary2', -1)",
    "do $$ begin raise exception 'canary %', 'canary'; end $$",
    "do $$ begin raise warning 'canary'; end $$; select 1/0 -- canary",
    "set local statement_timeout = '1ms'; select pg_sleep(1), 'canary'",
    "select 1 from canary_table",
    "set canary.value to 'canary'; select nosuch()",
];

#[tokio::test]
async fn failing_statements_leave_no_trace_of_their_text_or_values() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    execute(
        &cluster,
        "create table people (mail text primary key, age int check (age > 0));
         insert into people values ('canary', 1)",
    )
    .await;
    let mut connection = superuser(&cluster).await;
    for sql in FAILURES {
        let failed = sqlx::raw_sql(sql).execute(&mut connection).await;
        assert!(failed.is_err(), "{sql}");
    }
    for sql in [
        "select $1::uuid",
        "select $1::int",
        "insert into people (mail) values ($1)",
    ] {
        let failed = sqlx::query(sql).bind(CANARY).execute(&mut connection).await;
        assert!(failed.is_err(), "{sql}");
    }
    mute_log(cluster).await;
}

#[tokio::test]
async fn a_deadlock_and_a_long_wait_leave_no_trace() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    execute(
        &cluster,
        "create table rows (word text primary key); insert into rows values ('a'), ('b')",
    )
    .await;
    let (mut first, mut second) = (superuser(&cluster).await, superuser(&cluster).await);
    let run = async |connection: &mut PgConnection, sql: &'static str| {
        sqlx::raw_sql(sql).execute(connection).await
    };
    for connection in [&mut first, &mut second] {
        run(
            connection,
            "set deadlock_timeout = '50ms'; set log_lock_waits = on",
        )
        .await
        .unwrap();
    }
    run(
        &mut first,
        "begin; update rows set word = word where word = 'a' -- canary",
    )
    .await
    .unwrap();
    run(
        &mut second,
        "begin; update rows set word = word where word = 'b' -- canary",
    )
    .await
    .unwrap();
    let (one, other) = tokio::join!(
        run(
            &mut first,
            "do $$ begin update rows set word = 'canary' where word = 'b'; end $$"
        ),
        run(
            &mut second,
            "do $$ begin update rows set word = 'canary2' where word = 'a'; end $$"
        ),
    );
    assert!(one.is_err() || other.is_err());
    // The wait itself was logged, so that there was something to leak from.
    let log = mute_log(cluster).await;
    assert!(
        log.contains("still waiting for") || log.contains("detected deadlock"),
        "{log}"
    );
}

#[tokio::test]
async fn a_killed_server_process_leaves_no_trace_of_what_it_ran() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    let mut connection = cluster.superuser_options().connect().await.unwrap();
    let pid: i32 = sqlx::query_scalar("select pg_backend_pid()")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let running = tokio::spawn(async move {
        sqlx::raw_sql("select pg_sleep(60), 'canary'")
            .execute(&mut connection)
            .await
    });
    let count = "select count(*)::text from pg_stat_activity where wait_event = 'PgSleep'";
    while text(&cluster, count).await != "1" {}
    kill(pid.unsigned_abs(), "-KILL");
    assert!(running.await.unwrap().is_err());
    let log = || std::fs::read_to_string(cluster.log_file()).unwrap();
    // By default PostgreSQL tells here what the killed process ran.
    crate::support::until("the crash is logged", || {
        log().contains("was terminated by signal 9")
    });
    mute_log(cluster).await;
}

#[tokio::test]
async fn wrong_passwords_leave_no_trace_of_the_password() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    execute(&cluster, "create role front login password 'right'").await;
    let refused = cluster
        .options_for("front")
        .password(CANARY)
        .connect()
        .await;
    assert!(refused.is_err());
    let log = mute_log(cluster).await;
    assert!(
        log.contains("password authentication failed"),
        "refusals are logged: {log}"
    );
}

/// What the log says after the server's end, when all of it is written; it holds no canary.
async fn mute_log(cluster: Cluster) -> String {
    let path = cluster.log_file();
    cluster.stop().await.unwrap();
    let log = std::fs::read_to_string(path).unwrap();
    assert!(!log.contains(CANARY), "{log}");
    assert!(log.contains("database system is shut down"), "{log}");
    log
}
