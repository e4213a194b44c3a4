//! The cluster that outlives who started it: the one of the tests.

use std::time::Duration;

use db::cluster::{Cluster, Shutdown, StartError, find_detached, start_detached};
use sqlx::ConnectOptions;

use crate::support::{Scratch, is_alive};

#[tokio::test]
async fn a_detached_cluster_goes_on_and_is_found_again() {
    let scratch = Scratch::new();
    scratch.made().await;
    assert!(find_detached(&scratch.data()).is_none());
    let config = scratch.config();
    let started = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(start_detached(&config)).unwrap()
    })
    .join()
    .unwrap();
    let pid = started.pid();
    drop(started);
    let found = find_detached(&scratch.data()).unwrap();
    assert_eq!(found.pid(), pid);
    found.superuser_options().connect().await.unwrap();
    let how = found.stop(Duration::from_secs(10)).await.unwrap();
    assert_eq!(how, Shutdown::Fast);
    assert!(!is_alive(pid));
    assert!(find_detached(&scratch.data()).is_none());
}

#[tokio::test]
async fn a_start_does_not_take_a_detached_cluster_for_an_orphan() {
    let scratch = Scratch::new();
    scratch.made().await;
    // Left behind by a process that is gone, together with its lock.
    let parent = scratch.config();
    let detached = start_detached(&parent).await.unwrap();
    let lock = scratch.data().join("cluster.lock");
    std::fs::remove_file(lock).unwrap();
    let refused = Cluster::start(scratch.config())
        .await
        .map(|cluster| cluster.pid());
    match refused.unwrap_err() {
        StartError::Occupied { pid, .. } => assert_eq!(pid, detached.pid()),
        other => panic!("{other}"),
    }
    assert!(is_alive(detached.pid()));
    detached.stop(Duration::from_secs(10)).await.unwrap();
}
