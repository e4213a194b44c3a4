//! `kill -9` of everything, in every order, and the next start.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use db::cluster::{Cluster, Progress};
use sqlx::ConnectOptions;

use crate::support::{Parent, Scratch, as_owner, child_of, execute, is_alive, kill, text, until};

#[tokio::test]
async fn a_killed_server_is_noticed_and_its_committed_rows_come_back() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    execute(&cluster, "create table kept as select 'kept' as word").await;
    kill(cluster.pid(), "-KILL");
    let status = cluster.exited().await.unwrap();
    assert!(!status.success());
    drop(cluster);

    let seen = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&seen);
    let config = scratch
        .config()
        .on_progress(move |step| listener.lock().unwrap().push(step));
    let cluster = Cluster::start(config).await.unwrap();
    assert_eq!(text(&cluster, "select word from kept").await, "kept");
    let seen = seen.lock().unwrap();
    assert!(!seen.contains(&Progress::Initialising), "{seen:?}");
    assert!(
        matches!(seen.last(), Some(Progress::Ready { .. })),
        "{seen:?}"
    );
}

#[tokio::test]
async fn a_second_start_makes_nothing_anew() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    execute(&cluster, "create table kept as select 'kept' as word").await;
    cluster.stop().await.unwrap();
    let cluster = scratch.start().await;
    assert_eq!(text(&cluster, "select word from kept").await, "kept");
}

#[tokio::test]
async fn server_and_parent_killed_together_come_back() {
    let scratch = Scratch::new();
    let mut parent = Parent::start(&scratch.data()).await;
    kill(parent.postmaster, "-KILL");
    parent.kill();
    let cluster = scratch.start().await;
    assert_eq!(text(&cluster, "select 'answers'").await, "answers");
}

#[tokio::test]
async fn a_server_process_in_the_middle_of_a_computation_is_cleared_away() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    // It looks at no signal that its server's death sends: only at its own work.
    let options = cluster.superuser_options();
    let busy = tokio::spawn(async move {
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql("do $$ begin loop perform 1; end loop; end $$")
            .execute(&mut connection)
            .await
    });
    let count = "select count(*)::text from pg_stat_activity where query like 'do %'";
    while text(&cluster, count).await != "1" {}
    let backend: u32 = text(
        &cluster,
        "select pid::text from pg_stat_activity where query like 'do %'",
    )
    .await
    .parse()
    .unwrap();
    kill(cluster.pid(), "-KILL");
    cluster.exited().await;
    drop(cluster);
    assert!(
        is_alive(backend),
        "the computation goes on without its server"
    );

    let cluster = scratch.start().await;
    assert!(!is_alive(backend));
    assert_eq!(text(&cluster, "select 'answers'").await, "answers");
    assert!(busy.await.unwrap().is_err());
}

#[tokio::test]
async fn the_stale_pid_file_of_another_living_process_does_not_lock_the_door() {
    let scratch = Scratch::new();
    scratch.made().await;
    // After a reboot, the number of the old server belongs to any other process: here, to us, and
    // to a sleeper that runs as the cluster's own user, which PostgreSQL alone would believe.
    let owner = std::os::unix::fs::MetadataExt::uid(
        &std::fs::metadata(scratch.data().join("pgdata")).unwrap(),
    );
    let mut sleeper = std::process::Command::new("setpriv")
        .args([
            "--reuid",
            &owner.to_string(),
            "--clear-groups",
            "sleep",
            "60",
        ])
        .spawn()
        .unwrap();
    if !rustix::process::geteuid().is_root() {
        sleeper.kill().unwrap();
        sleeper.wait().unwrap();
        sleeper = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
    }
    for pid in [std::process::id(), sleeper.id()] {
        let stale = format!(
            "{pid}\n{0}/pgdata\n1760000000\n5432\n{0}/run\n\n  5432001    0\nready   \n",
            scratch.data().display()
        );
        std::fs::write(scratch.data().join("pgdata/postmaster.pid"), &stale).unwrap();
        std::fs::write(scratch.data().join("run/.s.PGSQL.5432.lock"), &stale).unwrap();
        let cluster = scratch.start().await;
        assert_ne!(cluster.pid(), pid);
        cluster.stop().await.unwrap();
    }
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
}

#[tokio::test]
async fn an_orphan_that_is_still_shutting_down_is_waited_for() {
    let scratch = Scratch::new();
    let mut parent = Parent::start(&scratch.data()).await;
    let orphan = parent.postmaster;
    // The server ends after its checkpointer. The server itself cannot be frozen for that: a stopped process whose
    // group is orphaned is continued (POSIX, _Exit).
    let checkpointer = child_of(orphan, "checkpointer");
    kill(checkpointer, "-STOP");
    parent.kill();
    let seen = Arc::new(Mutex::new(None));
    let listener = Arc::clone(&seen);
    let config = scratch.config().on_progress(move |step| {
        if let Progress::WaitingForPrevious { pid } = step
            && listener.lock().unwrap().replace(pid).is_none()
        {
            kill(checkpointer, "-CONT");
        }
    });
    let cluster = Cluster::start(config).await.unwrap();
    assert!(!is_alive(orphan));
    assert!(seen.lock().unwrap().is_some());
    assert_eq!(text(&cluster, "select 'answers'").await, "answers");
}

#[tokio::test]
async fn an_orphan_that_missed_its_parents_death_is_stopped() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    // The same server, without anything that would tell it to end: as if its parent had been
    // killed in the moment between fork and the setting of the signal.
    let command_line = std::fs::read(format!("/proc/{}/cmdline", cluster.pid())).unwrap();
    cluster.stop().await.unwrap();
    let command_line = String::from_utf8(command_line).unwrap();
    let mut arguments = command_line.split_terminator('\0');
    let pgdata = scratch.data().join("pgdata");
    let mut orphan = as_owner(&pgdata, Path::new(arguments.next().unwrap()))
        .args(arguments)
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    until("it runs", || {
        std::fs::read_to_string(pgdata.join("postmaster.pid"))
            .is_ok_and(|text| text.contains("ready"))
    });
    let cluster = scratch.start().await;
    assert!(
        orphan
            .try_wait()
            .unwrap()
            .is_some_and(|status| status.success())
    );
    assert_eq!(text(&cluster, "select 'answers'").await, "answers");
}

#[tokio::test]
async fn a_first_start_killed_half_way_leaves_nothing_that_stops_the_next() {
    let scratch = Scratch::new();
    let mut child = Parent::spawn(&scratch.data());
    let building = scratch.data().join(format!("pgdata.new.{}", child.id()));
    until("initdb is at work", || building.join("global").exists());
    child.kill().unwrap();
    child.wait().unwrap();
    let cluster = scratch.start().await;
    assert_eq!(text(&cluster, "select 'answers'").await, "answers");
    cluster.stop().await.unwrap();
    // By now the orphaned initdb has ended as well, and its rubbish is cleared away.
    scratch.made().await;
    assert!(!building.exists());
}

#[tokio::test]
async fn recovery_of_a_long_log_is_awaited_and_told() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    execute(
        &cluster,
        "create table rows as select n, md5(n::text) from generate_series(1, 200000) n",
    )
    .await;
    execute(&cluster, "update rows set n = n + 1").await;
    kill(cluster.pid(), "-KILL");
    cluster.exited().await;
    drop(cluster);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&seen);
    let config = scratch
        .config()
        .on_progress(move |step| listener.lock().unwrap().push(step));
    let since = Instant::now();
    let cluster = Cluster::start(config).await.unwrap();
    assert!(since.elapsed() < Duration::from_mins(1));
    assert_eq!(
        text(&cluster, "select count(*)::text from rows").await,
        "200000"
    );
    let seen = seen.lock().unwrap();
    assert!(
        seen.iter()
            .any(|step| matches!(step, Progress::Recovering { .. })),
        "{seen:?}"
    );
}
