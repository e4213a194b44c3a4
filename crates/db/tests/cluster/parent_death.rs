//! The server ends with the process that started it, in whatever way that ends.

use crate::support::{Parent, Scratch, is_alive, kill, until};

#[tokio::test]
async fn the_server_ends_when_its_parent_is_killed() {
    let scratch = Scratch::new();
    let mut parent = Parent::start(&scratch.data()).await;
    let server = parent.postmaster;
    parent.kill();
    until("the server has ended", || !is_alive(server));
    // By a fast shutdown, not by a crash: it has cleaned up behind itself.
    assert!(!scratch.data().join("pgdata/postmaster.pid").exists());
}

#[tokio::test]
async fn the_server_outlives_the_thread_that_asked_for_it() {
    let scratch = Scratch::new();
    let config = scratch.config();
    // A whole runtime, with all its threads, ends right after the start.
    let cluster = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime
            .block_on(db::cluster::Cluster::start(config))
            .unwrap()
    })
    .join()
    .unwrap();
    let early = tokio::time::timeout(std::time::Duration::from_millis(300), cluster.exited()).await;
    assert!(early.is_err(), "the server ended with its thread");
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn ctrl_c_in_the_terminal_reaches_the_parent_first() {
    let scratch = Scratch::new();
    let parent = Parent::start(&scratch.data()).await;
    let group = |pid: u32| -> String {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        stat.rsplit_once(") ")
            .unwrap()
            .1
            .split(' ')
            .nth(2)
            .unwrap()
            .to_owned()
    };
    assert_ne!(group(parent.pid()), group(parent.postmaster));
    let server = parent.postmaster;
    assert!(parent.finish().contains("stopped Fast"));
    assert!(!is_alive(server));
}

#[tokio::test]
async fn a_frozen_parent_that_is_killed_takes_the_server_along() {
    let scratch = Scratch::new();
    let mut parent = Parent::start(&scratch.data()).await;
    let server = parent.postmaster;
    kill(parent.pid(), "-STOP");
    parent.kill();
    until("the server has ended", || !is_alive(server));
}
