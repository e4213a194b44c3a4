//! A database of its own for each test, on the cluster that all tests of this clone share.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use db::cluster::{ClusterConfig, Detached, Durability, find_detached, start_detached};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

pub(crate) async fn fresh() -> PgConnectOptions {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let cluster = cluster().await;
    let name = format!(
        "web_{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let mut admin = cluster
        .superuser_options()
        .database("postgres")
        .connect()
        .await
        .unwrap();
    // One process at a time: role grants collide otherwise.
    run(&mut admin, "select pg_advisory_lock(7077)".to_owned()).await;
    run(&mut admin, db::migrate::ROLES_SQL.to_owned()).await;
    run(
        &mut admin,
        format!("drop database if exists {name} with (force)"),
    )
    .await;
    run(&mut admin, format!("create database {name}")).await;
    let options = cluster.superuser_options().database(&name);
    let mut connection = options.connect().await.unwrap();
    run(&mut connection, db::migrate::DATABASE_SQL.to_owned()).await;
    db::migrate::migrate(&mut connection).await.unwrap();
    access::catalogue::write(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    admin.close().await.unwrap();
    options
}

async fn run(connection: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .unwrap();
}

async fn cluster() -> Detached {
    let home = Path::new("/var/tmp/countersign-web-tests");
    if let Some(found) = find_detached(home) {
        return found;
    }
    let mut config = ClusterConfig::new(home);
    config.durability = Durability::Volatile;
    config.max_connections = 200;
    for _ in 0..200 {
        match start_detached(&config).await {
            Ok(started) => return started,
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
        }
        if let Some(found) = find_detached(home) {
            return found;
        }
    }
    panic!("no cluster");
}
