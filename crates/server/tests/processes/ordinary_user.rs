use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{BINARY, Server, command, folder, is_root, run, status};

/// `nobody`, everywhere.
const NOBODY: u32 = 65_534;

/// A server that an ordinary user started: all its processes are that user's.
#[test]
fn started_by_an_ordinary_user_the_front_is_kept_apart_by_the_kernel() {
    if !is_root() {
        // Then every other test here is this one.
        return;
    }
    let folder = folder();
    let home = folder.path().join("home");
    fs::create_dir(&home).unwrap();
    let data = home.join("data");
    let mut up = command(&data, "");
    for path in [&home, &data.with_extension("toml")] {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    up.uid(NOBODY).gid(NOBODY);
    let server = Server::start_with(&data, up);
    let probe = server.probe();
    assert_eq!(probe["network_refused"], true, "{probe}");
    assert_eq!(probe["key_file_refused"], true, "{probe}");
    assert_eq!(probe["confinement"], "full", "{probe}");
    for name in ["supervisor", "front", "broker", "database"] {
        assert!(
            status(server.pid(name), "Uid").starts_with("65534"),
            "{name}"
        );
    }

    // The front's user is the database's as well, and the map of superusers once held it.
    let mut psql = Command::new("psql");
    psql.args([
        "-X",
        "-U",
        "postgres",
        "-d",
        "countersign",
        "-c",
        "select 1",
        "-h",
    ]);
    psql.arg(data.join("cluster/run")).uid(NOBODY).gid(NOBODY);
    let refused = run(&mut psql);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && said.contains("Peer authentication failed"),
        "{said}"
    );
    verified(&data);
    assert_eq!(server.stop(), Some(0));
}

/// Every control holds, also those that look at what the kernel closes to an ordinary user.
fn verified(data: &Path) {
    let mut verify = Command::new(BINARY);
    verify.args(["verify", "--json", "--data-dir"]).arg(data);
    let verified = run(verify.uid(NOBODY).gid(NOBODY));
    let said = String::from_utf8_lossy(&verified.stderr);
    let found = String::from_utf8_lossy(&verified.stdout);
    assert_eq!(verified.status.code(), Some(0), "{said}{found}");
    let round: Vec<Value> = serde_json::from_slice(&verified.stdout).unwrap();
    let canary = round
        .iter()
        .find(|evidence| evidence["control"] == "broker.secret_canary")
        .unwrap();
    let evidence = canary["evidence"].as_str().unwrap();
    let (read, closed) = evidence.split_once("\nclosed by the kernel").unwrap();
    for process in ["the web process", "the broker"] {
        assert!(read.contains(&format!("the command line of {process}")));
        assert!(closed.contains(&format!("the environment of {process}")));
    }
    assert!(
        closed.contains("the memory of the web process"),
        "{evidence}"
    );
    assert!(!evidence.contains("not looked at"), "{evidence}");
}
