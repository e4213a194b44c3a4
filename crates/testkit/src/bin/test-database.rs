//! `test-database queries [--check]` describes every checked query on a migrated database and
//! writes what it found to `.sqlx`, or compares; `test-database stop` stops the database that tests
//! leave running between runs.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for people at a terminal"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["queries"] => queries(false),
        ["queries", "--check"] => queries(true),
        ["stop"] => {
            testkit::cluster::stop();
            Ok(())
        }
        _ => Err("usage: test-database queries [--check] | stop".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn queries(check: bool) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let kept = root.join(".sqlx");
    let found = root.join("target/queries");
    let _ = std::fs::remove_dir_all(&found);
    std::fs::create_dir_all(&found).map_err(|error| error.to_string())?;
    let packages = packages_with_queries(&root);
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let database = runtime.block_on(testkit::app::fresh_database());
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["check", "--quiet", "--locked"]);
    for package in &packages {
        cargo.args(["-p", package]);
        // The macros run when their crate is compiled: a new time of change has that done.
        let lib = root.join("crates").join(package).join("src/lib.rs");
        let file = std::fs::File::options().append(true).open(&lib);
        let touched = file
            .and_then(|file| file.set_modified(std::time::SystemTime::UNIX_EPOCH + since_epoch()));
        touched.map_err(|error| format!("{}: {error}", lib.display()))?;
    }
    let status = cargo
        .current_dir(&root)
        .env("DATABASE_URL", database.url())
        .env("SQLX_OFFLINE_DIR", &found)
        .env("SQLX_OFFLINE", "false")
        .status()
        .map_err(|error| error.to_string())?;
    if !status.success() {
        return Err("a query does not fit the schema; cargo says above which".to_owned());
    }
    let (kept_files, found_files) = (read(&kept), read(&found));
    if check {
        return compare(&kept_files, &found_files);
    }
    let _ = std::fs::remove_dir_all(&kept);
    std::fs::create_dir_all(&kept).map_err(|error| error.to_string())?;
    for (name, text) in &found_files {
        std::fs::write(kept.join(name), text).map_err(|error| error.to_string())?;
    }
    println!("{} queries described in .sqlx", found_files.len());
    Ok(())
}

fn since_epoch() -> std::time::Duration {
    #[expect(clippy::disallowed_methods, reason = "a file's time of change")]
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}

fn packages_with_queries(root: &Path) -> Vec<String> {
    let mut packages = Vec::new();
    for entry in std::fs::read_dir(root.join("crates"))
        .into_iter()
        .flatten()
        .flatten()
    {
        if holds_queries(&entry.path().join("src")) {
            packages.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    packages.sort();
    packages
}

fn holds_queries(folder: &Path) -> bool {
    std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| {
            let path = entry.path();
            if path.is_dir() {
                return holds_queries(&path);
            }
            std::fs::read_to_string(&path).is_ok_and(|text| text.contains("sqlx::query"))
        })
}

fn read(folder: &Path) -> BTreeMap<PathBuf, String> {
    std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = PathBuf::from(entry.file_name());
            Some((name, std::fs::read_to_string(entry.path()).ok()?))
        })
        .collect()
}

fn compare(
    kept: &BTreeMap<PathBuf, String>,
    found: &BTreeMap<PathBuf, String>,
) -> Result<(), String> {
    if kept == found {
        return Ok(());
    }
    let differing = found
        .iter()
        .filter(|(name, text)| kept.get(*name) != Some(text))
        .count();
    let gone = kept
        .keys()
        .filter(|name| !found.contains_key(*name))
        .count();
    Err(format!(
        ".sqlx is not up to date: {differing} queries are new or changed, {gone} are gone. Run ./dev sqlx"
    ))
}
