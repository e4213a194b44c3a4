//! A disk without space: a file system of our own, made small.

use std::path::{Path, PathBuf};
use std::process::Command;

use db::cluster::{Cluster, ClusterConfig, StartError};
use sqlx::ConnectOptions;

use crate::support::{Scratch, is_root, text};

/// A small file system, unmounted with the test.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None`, said aloud, where the system lets nobody mount.
    fn mount(scratch: &Scratch, megabytes: u32) -> Option<Self> {
        if !is_root("mounting a small file system") {
            return None;
        }
        let path = scratch.path().join("disk");
        std::fs::create_dir(&path).unwrap();
        let options = format!("size={megabytes}m,mode=0755");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(&path)
            .status();
        if !mounted.is_ok_and(|status| status.success()) {
            eprintln!("SKIPPED, no right to mount a file system");
            return None;
        }
        Some(Self(path))
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    /// Leaves no byte.
    fn fill(&self) -> PathBuf {
        let path = self.0.join("ballast");
        let mut file = std::fs::File::create(&path).unwrap();
        std::io::copy(&mut std::io::repeat(7), &mut file).unwrap_err();
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

async fn refusal(data_dir: &Path) -> StartError {
    Cluster::start(ClusterConfig::new(data_dir))
        .await
        .map(|cluster| cluster.pid())
        .unwrap_err()
}

#[tokio::test]
async fn a_first_start_without_space_says_so_and_leaves_no_half_cluster() {
    let scratch = Scratch::new();
    let Some(disk) = SmallDisk::mount(&scratch, 12) else {
        return;
    };
    let error = refusal(&disk.data()).await;
    assert!(matches!(error, StartError::DiskFull { .. }), "{error}");
    assert!(!disk.data().join("pgdata").exists());
    let left = std::fs::read_dir(disk.data()).unwrap().filter(|entry| {
        entry
            .as_ref()
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with("pgdata")
    });
    assert_eq!(left.count(), 0);
}

#[tokio::test]
async fn a_later_start_without_space_says_so_and_works_again_with_space() {
    let scratch = Scratch::new();
    let Some(disk) = SmallDisk::mount(&scratch, 80) else {
        return;
    };
    Cluster::start(ClusterConfig::new(disk.data()))
        .await
        .unwrap()
        .stop()
        .await
        .unwrap();
    let ballast = disk.fill();
    let error = refusal(&disk.data()).await;
    assert!(matches!(error, StartError::DiskFull { .. }), "{error}");
    std::fs::remove_file(ballast).unwrap();
    let cluster = Cluster::start(ClusterConfig::new(disk.data()))
        .await
        .unwrap();
    assert_eq!(text(&cluster, "select 'answers'").await, "answers");
}

#[tokio::test]
async fn a_disk_that_fills_while_running_loses_nothing_that_was_committed() {
    let scratch = Scratch::new();
    let Some(disk) = SmallDisk::mount(&scratch, 100) else {
        return;
    };
    let cluster = Cluster::start(ClusterConfig::new(disk.data()))
        .await
        .unwrap();
    let mut connection = cluster.superuser_options().connect().await.unwrap();
    sqlx::raw_sql("create table rows (word text)")
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::raw_sql("insert into rows values ('kept')")
        .execute(&mut connection)
        .await
        .unwrap();
    let insert = "insert into rows select repeat('canary-in-a-panic', 50000) || n
                  from generate_series(1, 4000) n";
    let ballast = disk.fill();
    while sqlx::raw_sql(insert).execute(&mut connection).await.is_ok() {}
    drop(connection);
    std::fs::remove_file(ballast).unwrap();
    // It may have cut itself off to be safe, and then recovers by itself or at the next start.
    drop(cluster);
    let cluster = Cluster::start(ClusterConfig::new(disk.data()))
        .await
        .unwrap();
    assert_eq!(
        text(&cluster, "select word from rows where length(word) < 10").await,
        "kept"
    );
}
