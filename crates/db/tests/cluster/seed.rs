//! Data directories to start from, copied: `initdb` costs ten times as much, and most attacks are
//! not about it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use db::cluster::Cluster;

use crate::support::{Scratch, chmod};

/// Puts made data where there are none. Where nothing can be kept between tests (the target
/// directory belongs to somebody else), the start makes its own.
pub(crate) async fn seed(data_dir: &Path) {
    if data_dir.exists() {
        return;
    }
    if let Some(made) = made().await {
        fs::create_dir(data_dir).unwrap();
        chmod(data_dir, 0o711);
        copy(&made, &data_dir.join("pgdata"));
    }
}

/// A data directory that no server runs on, made by the first test that needs one.
async fn made() -> Option<PathBuf> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let user = rustix::process::geteuid().as_raw();
    let path = home.join(format!("pgdata-{user}-of-{}", installed()));
    let lock = File::create(path.with_extension("lock")).ok()?;
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).ok()?;
    if !path.exists() {
        // Made in a scratch directory: the cluster's user may not reach the target directory.
        let scratch = Scratch::new();
        let cluster = Cluster::start(scratch.config()).await.unwrap();
        cluster.stop().await.unwrap();
        let whole = path.with_extension("copy");
        let _ = fs::remove_dir_all(&whole);
        copy(&scratch.data().join("pgdata"), &whole);
        fs::rename(&whole, &path).unwrap();
    }
    Some(path)
}

/// The installed versions: another one makes other data.
fn installed() -> String {
    let mut names: Vec<String> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names.join("-")
}

/// With owners and modes.
fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp")
        .arg("-a")
        .arg(from)
        .arg(to)
        .status()
        .unwrap();
    assert!(
        status.success(),
        "cp -a {} {}",
        from.display(),
        to.display()
    );
}
