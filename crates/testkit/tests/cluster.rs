//! The cluster that tests share, from several processes.
#![expect(
    clippy::unwrap_used,
    reason = "tests and their helpers: what fails here is the test"
)]

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};
use testkit::cluster::{TestCluster, shared};

/// A template with one row, and how often it was built in this process.
async fn template(cluster: &TestCluster, family: &str, hash: &str, built: &AtomicU32) -> String {
    let build = async |options: PgConnectOptions| -> Result<(), sqlx::Error> {
        built.fetch_add(1, Ordering::Relaxed);
        let mut connection = options.connect().await?;
        sqlx::raw_sql("create table words (word text); insert into words values ('template')")
            .execute(&mut connection)
            .await?;
        // Left open on purpose: a pool may be.
        std::mem::forget(connection);
        Ok(())
    };
    cluster.template(family, hash, build).await.unwrap()
}

async fn words(options: PgConnectOptions) -> Vec<String> {
    let mut connection = options.connect().await.unwrap();
    let words = sqlx::query_scalar("select word from words order by 1")
        .fetch_all(&mut connection)
        .await;
    connection.close().await.unwrap();
    words.unwrap()
}

async fn databases(cluster: &TestCluster) -> Vec<String> {
    let mut connection = cluster
        .superuser_options("postgres")
        .connect()
        .await
        .unwrap();
    sqlx::query_scalar("select datname::text from pg_database")
        .fetch_all(&mut connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_template_is_built_once_and_a_new_hash_replaces_it() {
    let cluster = shared();
    let built = AtomicU32::new(0);
    let (old, new) = (
        format!("old{}", std::process::id()),
        format!("new{}", std::process::id()),
    );
    let first = template(cluster, "once", &old, &built).await;
    assert_eq!(template(cluster, "once", &old, &built).await, first);
    assert_eq!(built.load(Ordering::Relaxed), 1);
    let second = template(cluster, "once", &new, &built).await;
    let databases = databases(cluster).await;
    assert!(
        databases.contains(&second) && !databases.contains(&first),
        "{databases:?}"
    );
}

#[tokio::test]
async fn tests_do_not_see_each_others_rows() {
    let cluster = shared();
    let template = template(cluster, "rows", "1", &AtomicU32::new(0)).await;
    let (one, other) = (
        cluster.fresh_database(&template).await.unwrap(),
        cluster.fresh_database(&template).await.unwrap(),
    );
    let mut connection = one.superuser_options().connect().await.unwrap();
    sqlx::raw_sql("insert into words values ('one')")
        .execute(&mut connection)
        .await
        .unwrap();
    assert_eq!(words(one.superuser_options()).await, ["one", "template"]);
    assert_eq!(words(other.superuser_options()).await, ["template"]);
    // By URL as well, as other programs connect.
    assert_eq!(words(other.url().parse().unwrap()).await, ["template"]);
}

#[tokio::test]
async fn a_database_is_gone_with_its_test_even_while_somebody_is_connected() {
    let cluster = shared();
    let template = template(cluster, "gone", "1", &AtomicU32::new(0)).await;
    let database = cluster.fresh_database(&template).await.unwrap();
    let name = database.name().to_owned();
    let _connected = database.superuser_options().connect().await.unwrap();
    drop(database);
    assert!(!databases(cluster).await.contains(&name));
}

#[tokio::test]
async fn the_database_of_a_dead_process_is_swept_away() {
    let cluster = shared();
    let mut connection = cluster
        .superuser_options("postgres")
        .connect()
        .await
        .unwrap();
    sqlx::raw_sql("drop database if exists test_4194999_77_0")
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::raw_sql("create database test_4194999_77_0")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let template = template(cluster, "swept", "1", &AtomicU32::new(0)).await;
    let _database = cluster.fresh_database(&template).await.unwrap();
    assert!(
        !databases(cluster)
            .await
            .contains(&"test_4194999_77_0".to_owned())
    );
}

#[tokio::test]
async fn many_tests_clone_the_same_template_at_once() {
    let cluster = shared();
    let built = AtomicU32::new(0);
    let template = template(cluster, "many", "1", &built).await;
    let clones = (0..8).map(|_| {
        let template = template.clone();
        tokio::spawn(async move { cluster.fresh_database(&template).await })
    });
    let mut kept = std::collections::HashMap::new();
    for clone in clones.collect::<Vec<_>>() {
        let database = clone.await.unwrap().unwrap();
        assert!(kept.insert(database.name().to_owned(), database).is_none());
    }
    assert_eq!(built.load(Ordering::Relaxed).max(1), 1);
    let databases = databases(cluster).await;
    assert!(
        kept.keys().all(|name| databases.contains(name)),
        "{databases:?}"
    );
}
