//! A disk without space: a file system of our own, made small.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Scratch, execute, is_root, superuser, text, until};
use db::cluster::{Cluster, ClusterConfig, StartError};

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
async fn a_server_that_panics_on_a_full_disk_keeps_its_rows_and_its_silence() {
    let scratch = Scratch::new();
    let Some(disk) = SmallDisk::mount(&scratch, 100) else {
        return;
    };
    let cluster = Cluster::start(ClusterConfig::new(disk.data()))
        .await
        .unwrap();
    execute(
        &cluster,
        "create table rows as select n, md5(n::text) as word from generate_series(1, 50000) n",
    )
    .await;
    let ballast = disk.fill();
    // Enough for the log to be written, not for another segment of the write-ahead log.
    let file = std::fs::File::options().write(true).open(&ballast).unwrap();
    file.set_len(file.metadata().unwrap().len() - 3 * 1024 * 1024)
        .unwrap();
    let mut connection = superuser(&cluster).await;
    let grow = "begin;
                update rows set word = 'canary' where n < 20000;
                rollback -- canary";
    while sqlx::raw_sql(grow).execute(&mut connection).await.is_ok() {}
    let path = cluster.log_file();
    let log = || std::fs::read_to_string(&path).unwrap();
    // Here PostgreSQL itself would log the statement, whatever it is set to.
    until("the panic is logged", || {
        log().contains("PANIC:  could not write to file")
    });
    drop(cluster);
    assert!(!log().contains("canary"), "{}", log());

    drop(file);
    std::fs::remove_file(ballast).unwrap();
    let cluster = Cluster::start(ClusterConfig::new(disk.data()))
        .await
        .unwrap();
    let kept = text(
        &cluster,
        "select count(*)::text from rows where length(word) = 32",
    )
    .await;
    assert_eq!(kept, "50000");
}
