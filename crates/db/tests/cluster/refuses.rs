//! Starts that must not happen, each with an error that says what to do.

use db::cluster::{Cluster, ClusterConfig, StartError, VersionError};

use crate::support::{Parent, Scratch, as_owner, chmod, is_alive, is_root, text, until};

#[tokio::test]
async fn of_two_starts_at_once_one_runs_and_the_other_names_it() {
    let scratch = Scratch::new();
    let (first, second) = tokio::join!(
        Cluster::start(scratch.config()),
        Cluster::start(scratch.config())
    );
    let (winner, loser) = match (first, second) {
        (Ok(cluster), Err(error)) | (Err(error), Ok(cluster)) => (cluster, error),
        (first, second) => panic!("{first:?}, {second:?}"),
    };
    assert!(
        matches!(loser, StartError::AlreadyRunning { .. }),
        "{loser}"
    );
    assert_eq!(text(&winner, "select 'answers'").await, "answers");
}

#[tokio::test]
async fn a_start_beside_a_running_instance_names_its_process_and_does_it_no_harm() {
    let scratch = Scratch::new();
    let parent = Parent::start(&scratch.data()).await;
    match scratch.refusal().await {
        StartError::AlreadyRunning { pid, .. } => assert_eq!(pid, parent.pid().to_string()),
        other => panic!("{other}"),
    }
    assert!(is_alive(parent.postmaster));
    assert!(parent.finish().contains("stopped Fast"));
}

#[tokio::test]
async fn a_server_that_somebody_started_by_hand_is_named_and_left_alone() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    let postgres = cluster.binaries().join("postgres");
    cluster.stop().await.unwrap();
    let pgdata = scratch.data().join("pgdata");
    let mut by_hand = as_owner(&pgdata, &postgres)
        .arg("-D")
        .arg(&pgdata)
        .args(["-c", "listen_addresses=", "-k"])
        .arg(scratch.data().join("run"))
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    until("it runs", || {
        std::fs::read_to_string(pgdata.join("postmaster.pid"))
            .is_ok_and(|text| text.contains("ready"))
    });
    match scratch.refusal().await {
        StartError::Occupied { pid, .. } => assert_eq!(pid, by_hand.id()),
        other => panic!("{other}"),
    }
    assert!(is_alive(by_hand.id()));
    crate::support::kill(by_hand.id(), "-INT");
    by_hand.wait().unwrap();
}

#[tokio::test]
async fn data_of_another_major_version_are_refused_with_both_versions() {
    let scratch = Scratch::new();
    scratch.made().await;
    std::fs::write(scratch.data().join("pgdata/PG_VERSION"), "11\n").unwrap();
    match scratch.refusal().await {
        StartError::DataVersion { data, .. } => assert_eq!(data, 11),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_loosened_data_directory_is_refused_with_the_remedy() {
    let scratch = Scratch::new();
    scratch.made().await;
    chmod(&scratch.data().join("pgdata"), 0o755);
    let message = scratch.refusal().await.to_string();
    assert!(
        message.contains("0755") && message.contains("0700"),
        "{message}"
    );
    chmod(&scratch.data().join("pgdata"), 0o700);
    chmod(&scratch.data(), 0o777);
    let message = scratch.refusal().await.to_string();
    assert!(message.contains("written by others"), "{message}");
}

#[tokio::test]
async fn a_directory_of_somebody_else_is_refused() {
    if !is_root("giving a directory away") {
        return;
    }
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.data()).unwrap();
    std::os::unix::fs::chown(scratch.data(), Some(65_534), None).unwrap();
    let message = scratch.refusal().await.to_string();
    assert!(message.contains("belongs to user id 65534"), "{message}");
}

#[tokio::test]
async fn data_that_belong_to_root_are_refused() {
    if !is_root("data of root") {
        return;
    }
    let scratch = Scratch::new();
    scratch.made().await;
    std::os::unix::fs::chown(scratch.data().join("pgdata"), Some(0), Some(0)).unwrap();
    let message = scratch.refusal().await.to_string();
    assert!(
        message.contains("belongs to root") && message.contains("chown"),
        "{message}"
    );
}

#[tokio::test]
async fn a_directory_that_the_unprivileged_user_cannot_reach_is_named() {
    if !is_root("the change of user") {
        return;
    }
    let scratch = Scratch::new();
    let private = scratch.path().join("private");
    std::fs::create_dir(&private).unwrap();
    chmod(&private, 0o700);
    let config = ClusterConfig::new(private.join("data"));
    match Cluster::start(config)
        .await
        .map(|cluster| cluster.pid())
        .unwrap_err()
    {
        StartError::Unreachable { path, .. } => assert_eq!(path, private),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_is_refused_before_anything_is_made() {
    let scratch = Scratch::new();
    let long = scratch.path().join("d".repeat(100));
    let refused = Cluster::start(ClusterConfig::new(&long))
        .await
        .map(|cluster| cluster.pid());
    assert!(
        matches!(refused, Err(StartError::SocketPathTooLong { .. })),
        "{refused:?}"
    );
    assert!(!long.exists());
}

#[tokio::test]
async fn a_directory_full_of_other_things_is_not_taken_for_a_cluster() {
    let scratch = Scratch::new();
    scratch.made().await;
    let pgdata = scratch.data().join("pgdata");
    std::fs::remove_file(pgdata.join("PG_VERSION")).unwrap();
    let message = scratch.refusal().await.to_string();
    assert!(message.contains("is not empty"), "{message}");
    assert!(
        pgdata.join("global").exists(),
        "and nothing of it is removed"
    );
}

#[tokio::test]
async fn damaged_data_are_refused_with_the_servers_own_words() {
    let scratch = Scratch::new();
    scratch.made().await;
    std::fs::write(
        scratch.data().join("pgdata/global/pg_control"),
        "not a control file",
    )
    .unwrap();
    let message = scratch.refusal().await.to_string();
    assert!(
        message.contains("pg_control") && message.contains("postgres.log"),
        "{message}"
    );
}

#[tokio::test]
async fn binaries_that_are_not_there_are_named() {
    let scratch = Scratch::new();
    let mut config = scratch.config();
    config.binaries = Some("/nowhere/bin".into());
    let message = Cluster::start(config)
        .await
        .map(|cluster| cluster.pid())
        .unwrap_err()
        .to_string();
    assert!(message.contains("/nowhere/bin"), "{message}");
}

#[tokio::test]
async fn a_server_with_a_known_hole_is_not_started() {
    let scratch = Scratch::new();
    let fake = scratch.path().join("bin");
    std::fs::create_dir(&fake).unwrap();
    for program in ["postgres", "initdb"] {
        let script = "#!/bin/sh\necho 'postgres (PostgreSQL) 17.2'\n";
        std::fs::write(fake.join(program), script).unwrap();
        chmod(&fake.join(program), 0o755);
    }
    let mut config = scratch.config();
    config.binaries = Some(fake);
    match Cluster::start(config)
        .await
        .map(|cluster| cluster.pid())
        .unwrap_err()
    {
        StartError::Version {
            source: VersionError::KnownHole { fixed, .. },
            ..
        } => {
            assert_eq!(fixed, "17.8");
        }
        other => panic!("{other}"),
    }
    assert!(!scratch.data().join("pgdata").exists());
}

#[tokio::test]
async fn a_server_that_neither_gets_ready_nor_says_anything_is_given_up() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    let real = cluster.binaries().to_path_buf();
    cluster.stop().await.unwrap();
    let fake = scratch.path().join("bin");
    std::fs::create_dir(&fake).unwrap();
    std::os::unix::fs::symlink(real.join("initdb"), fake.join("initdb")).unwrap();
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = --version ] && exec {}/postgres --version\necho hm\nexec sleep 60\n",
        real.display()
    );
    std::fs::write(fake.join("postgres"), script).unwrap();
    chmod(&fake.join("postgres"), 0o755);
    let mut config = scratch.config();
    config.binaries = Some(fake);
    config.silence_limit = std::time::Duration::from_millis(300);
    match Cluster::start(config)
        .await
        .map(|cluster| cluster.pid())
        .unwrap_err()
    {
        StartError::Silent { tail, .. } => assert_eq!(tail, "hm"),
        other => panic!("{other}"),
    }
    // And it is gone: the directory is free.
    until("the directory is free", || {
        rustix::fs::flock(
            std::fs::File::open(scratch.data().join("cluster.lock")).unwrap(),
            rustix::fs::FlockOperation::NonBlockingLockExclusive,
        )
        .is_ok()
    });
    scratch.made().await;
}
