use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::{Output, Stdio};

use super::SUPERUSER;
use super::config::{ClusterConfig, Durability, Progress};
use super::layout::give;
use super::log_file::last_lines;
use super::site::Site;
use super::start_error::StartError;

/// What a cluster in the making is called, before the number of the process that makes it.
const BUILDING: &str = "pgdata.new.";

/// Makes the cluster on first start.
///
/// In a directory beside its place, renamed when it is whole: a killed first start leaves no half
/// cluster that the next one would take for damaged data. The directory is of this process alone:
/// the killed one's `initdb` may still be at work in its own.
pub(super) async fn initialise(site: &Site, config: &ClusterConfig) -> Result<(), StartError> {
    remove_abandoned(&site.layout.root);
    let pgdata = site.layout.pgdata();
    if pgdata.join("PG_VERSION").exists() {
        return Ok(());
    }
    if fs::read_dir(&pgdata).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(StartError::UnsafeDirectory {
            path: pgdata,
            problem: "is not empty, and is no PostgreSQL data directory: move it away".to_owned(),
        });
    }
    (config.on_progress)(Progress::Initialising);
    let building = site
        .layout
        .root
        .join(format!("{BUILDING}{}", std::process::id()));
    remove_tree(&building)?;
    DirBuilder::new()
        .mode(0o700)
        .create(&building)
        .map_err(StartError::io("make", &building))?;
    give(&building, &site.account)?;
    let output = run_initdb(site, config.durability, &building).await?;
    if !output.status.success() {
        remove_tree(&building)?;
        return Err(failure(&building, &output));
    }
    fs::rename(&building, &pgdata).map_err(StartError::io("rename to", &pgdata))?;
    if config.durability == Durability::Durable {
        let root = &site.layout.root;
        File::open(root)
            .and_then(|directory| directory.sync_all())
            .map_err(StartError::io("sync", root))?;
    }
    Ok(())
}

async fn run_initdb(
    site: &Site,
    durability: Durability,
    building: &Path,
) -> Result<Output, StartError> {
    let program = site.binaries.program("initdb");
    let mut command = tokio::process::Command::from(site.account.command(&program));
    command
        .arg("--pgdata")
        .arg(building)
        .args([
            "--username",
            SUPERUSER,
            "--encoding",
            "UTF8",
            "--locale",
            "C.UTF-8",
        ])
        .args(["--data-checksums", "--no-instructions"])
        // Our own files take their place; these would rule if somebody started it by hand.
        .args(["--auth-local", "peer", "--auth-host", "reject"])
        .current_dir(&site.layout.root)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    if durability == Durability::Volatile {
        command.arg("--no-sync");
    }
    command
        .output()
        .await
        .map_err(StartError::io("run", &program))
}

fn failure(building: &Path, output: &Output) -> StartError {
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if text.contains("No space left on device") {
        return StartError::DiskFull {
            path: building.to_path_buf(),
        };
    }
    StartError::Initdb {
        output: last_lines(&text),
    }
}

/// Removes what killed first starts left, as far as nobody is writing there any more.
fn remove_abandoned(root: &Path) {
    for entry in fs::read_dir(root)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
    {
        if entry.file_name().to_string_lossy().starts_with(BUILDING) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn remove_tree(path: &Path) -> Result<(), StartError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StartError::io("remove", path)(error))
        }
        _ => Ok(()),
    }
}
