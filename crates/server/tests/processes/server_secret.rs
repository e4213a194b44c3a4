use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{BINARY, Server, command, eventually, folder, refusal, run};

/// `countersign` with a command about the data directory: its exit status, and what it printed.
fn countersign(data: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(BINARY);
    let output = run(command.args(arguments).arg("--data-dir").arg(data));
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

#[test]
fn a_lost_secret_costs_sign_ins_and_raises_no_alarm_about_the_audit_log() {
    let folder = folder();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let (checkpoint, key) = (folder.path().join("checkpoint"), folder.path().join("key"));
    eventually("a signed checkpoint", || {
        let (code, note) = countersign(&data, &["audit", "checkpoint"]);
        fs::write(&checkpoint, note).unwrap();
        code == Some(0)
    });
    let (_, verifier) = countersign(&data, &["audit", "checkpoint", "--key"]);
    fs::write(&key, &verifier).unwrap();
    assert_eq!(server.stop(), Some(0));

    fs::remove_file(data.join("server.secret")).unwrap();
    let (code, said) = refusal(&mut command(&data, ""));
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("server.secret is missing"), "{said}");
    assert!(said.contains("countersign up --new-secret"), "{said}");
    assert!(!data.join("server.secret").exists());

    let mut anew = command(&data, "");
    anew.arg("--new-secret");
    let server = Server::start_with(&data, anew);
    assert_eq!(server.ready["new"], false);
    let size = |note: &str| note.lines().nth(1).unwrap().parse::<u64>().unwrap();
    let before = size(&fs::read_to_string(&checkpoint).unwrap());
    // An entry after the change: each round of controls leaves one.
    let (code, _) = countersign(&data, &["verify"]);
    assert_eq!(code, Some(0));
    eventually("a later checkpoint", || {
        size(&countersign(&data, &["audit", "checkpoint"]).1) > before
    });
    let arguments = [
        "audit",
        "verify",
        "--checkpoint",
        checkpoint.to_str().unwrap(),
    ];
    let arguments = [&arguments[..], &["--key", key.to_str().unwrap()]].concat();
    let (code, report) = countersign(&data, &arguments);
    assert_eq!(code, Some(0), "{report}");
    assert_eq!(
        countersign(&data, &["audit", "checkpoint", "--key"]).1,
        verifier
    );
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn the_roles_are_printed_while_a_server_runs_and_change_nothing() {
    let folder = folder();
    let data = folder.path().join("data");
    let _server = Server::start(&data);
    let secret = fs::read(data.join("server.secret")).unwrap();
    let (code, roles) = countersign(&data, &["migrate", "--print-roles"]);
    assert_eq!(code, Some(0));
    assert!(roles.contains("SCRAM-SHA-256$4096:"));
    assert_eq!(fs::read(data.join("server.secret")).unwrap(), secret);
}
