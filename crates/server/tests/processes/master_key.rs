use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{BINARY, Server, command, eventually, folder, refusal, run, signal};

/// A data directory whose database holds something sealed.
fn used(data: &Path) {
    assert_eq!(Server::start(data).stop(), Some(0));
}

fn refused(data: &Path) -> String {
    let (code, said) = refusal(&mut command(data, ""));
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("error: the broker did not start"), "{said}");
    said
}

#[test]
fn a_missing_master_key_refuses_to_start_and_is_not_made_anew() {
    let folder = folder();
    let data = folder.path().join("data");
    used(&data);
    let key = data.join("broker/master.key");
    let saved = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    let said = refused(&data);
    assert!(
        said.contains("is missing, and the database holds secrets"),
        "{said}"
    );
    assert!(said.contains("Put the file back from your copy"), "{said}");
    assert!(!key.exists());

    fs::write(&key, saved).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    // Root put it back as root's: the start gives it to the broker.
    assert_eq!(Server::start(&data).stop(), Some(0));
}

#[test]
fn a_wrong_or_open_master_key_refuses_to_start() {
    let folder = folder();
    let data = folder.path().join("data");
    used(&data);
    let key = data.join("broker/master.key");
    let right = fs::read_to_string(&key).unwrap();

    fs::write(&key, "00".repeat(32)).unwrap();
    let said = refused(&data);
    assert!(
        said.contains("Put the right key file in its place, or the missing key's line back"),
        "{said}"
    );
    fs::write(&key, "no key").unwrap();
    let said = refused(&data);
    assert!(
        said.contains("holds something else than 1 to 50 lines of 64 hexadecimal digits"),
        "{said}"
    );

    fs::write(&key, right).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    let said = refused(&data);
    assert!(said.contains("can be read by others (mode 640)"), "{said}");
}

#[test]
fn a_broker_without_its_key_is_not_replaced_by_one_without_secrets() {
    let folder = folder();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    fs::remove_file(data.join("broker/master.key")).unwrap();
    signal(server.pid("broker"), "KILL");
    eventually("a failed replacement", || {
        server.log().contains("server.child_not_replaced")
    });
    assert!(
        server
            .log()
            .contains("is missing, and the database holds secrets"),
        "{}",
        server.log()
    );
    assert!(server.health().unwrap().contains("204"));
}

fn keys(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.arg("keys").args(arguments);
    command.args(["--json", "--data-dir"]).arg(data);
    command
}

fn answer(command: &mut Command) -> Value {
    let output = run(command);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_master_key_rotates_while_the_server_serves_and_the_old_one_can_go() {
    let folder = folder();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let before = answer(&mut keys(&data, &["status"]));
    let rotated = answer(&mut keys(&data, &["rotate-master"]));
    assert_eq!(rotated["keys_left"], serde_json::json!([]), "{rotated}");
    let after = answer(&mut keys(&data, &["status"]));
    assert_eq!(after["master_keys"][0]["id"], rotated["master_key"]);
    assert_ne!(
        after["master_keys"][0]["id"],
        before["master_keys"][0]["id"]
    );
    assert_eq!(after["master_keys"].as_array().unwrap().len(), 1);
    assert_eq!(after["rotation"], Value::Null);
    // The broker serves on, and a new one starts with what the file holds.
    signal(server.pid("broker"), "KILL");
    let again = answer(&mut keys(&data, &["rotate-master"]));
    assert_ne!(again["master_key"], rotated["master_key"]);
    assert_eq!(server.stop(), Some(0));
    let file = data.join("broker/master.key");
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text.lines().count(), 3);
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    fs::write(&file, text.lines().next().unwrap()).unwrap();
    assert_eq!(Server::start(&data).stop(), Some(0));
    // The one that is needed is not there.
    fs::write(&file, text.lines().nth(1).unwrap()).unwrap();
    let said = refused(&data);
    let needed = again["master_key"].as_str().unwrap();
    assert!(said.contains(&format!("sealed under {needed}")), "{said}");
}
