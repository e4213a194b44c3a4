//! Ending on purpose.

use std::time::{Duration, Instant};

use db::cluster::{Cluster, Shutdown, StartError};

use crate::support::{Scratch, execute, is_alive, kill, superuser};

#[tokio::test]
async fn a_stop_does_not_wait_for_open_transactions() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    execute(&cluster, "create table rows (n int)").await;
    let mut open = superuser(&cluster).await;
    sqlx::raw_sql("begin; insert into rows values (1)")
        .execute(&mut open)
        .await
        .unwrap();
    let pid = cluster.pid();
    assert_eq!(cluster.stop().await.unwrap(), Shutdown::Fast);
    assert!(!is_alive(pid));
    assert!(!scratch.data().join("pgdata/postmaster.pid").exists());
}

#[tokio::test]
async fn a_stop_that_hangs_is_cut_off_after_its_limit() {
    let scratch = Scratch::new();
    let mut config = scratch.config();
    config.stop_limit = Duration::from_millis(200);
    let cluster = Cluster::start(config).await.unwrap();
    let mut connection = superuser(&cluster).await;
    let backend: i32 = sqlx::query_scalar("select pg_backend_pid()")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    // A frozen process never ends by itself.
    kill(backend.unsigned_abs(), "-STOP");
    let pid = cluster.pid();
    assert_eq!(cluster.stop().await.unwrap(), Shutdown::Immediate);
    assert!(!is_alive(pid));
    scratch.made().await;
}

#[tokio::test]
async fn dropping_stops_and_frees_the_directory_for_the_next() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    let pid = cluster.pid();
    drop(cluster);
    assert!(!is_alive(pid));
    scratch.made().await;
}

#[tokio::test]
async fn a_start_that_nobody_waits_for_any_more_leaves_no_server() {
    let scratch = Scratch::new();
    scratch.made().await;
    for milliseconds in [1, 5, 10, 15, 20, 25, 30, 40] {
        let limit = Duration::from_millis(milliseconds);
        let _ = tokio::time::timeout(limit, Cluster::start(scratch.config())).await;
        let since = Instant::now();
        // The directory is free again when the abandoned server has ended.
        while let Err(error) = Cluster::start(scratch.config()).await {
            assert!(
                matches!(error, StartError::AlreadyRunning { .. }),
                "{error}"
            );
            assert!(since.elapsed() < Duration::from_secs(20));
        }
    }
}
