use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{BINARY, Server, eventually, folder, is_root, run};

fn audit(data: &Path, arguments: &[&str]) -> Output {
    run(Command::new(BINARY)
        .arg("audit")
        .args(arguments)
        .arg("--data-dir")
        .arg(data))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A server whose log has a signed checkpoint, with that and its key in files.
fn with_checkpoint(data: &Path) -> Server {
    let server = Server::start(data);
    eventually("a signed checkpoint", || {
        let saved = audit(data, &["checkpoint"]);
        fs::write(data.with_extension("checkpoint"), &saved.stdout).unwrap();
        saved.status.success()
    });
    let key = audit(data, &["checkpoint", "--key"]);
    fs::write(data.with_extension("key"), &key.stdout).unwrap();
    server
}

#[test]
fn an_export_is_checked_without_the_server_and_a_changed_row_is_named() {
    let folder = folder();
    let data = folder.path().join("data");
    let server = with_checkpoint(&data);
    let bundle = folder.path().join("audit.jsonl");
    let exported = audit(&data, &["export", "--output", bundle.to_str().unwrap()]);
    assert!(exported.status.success(), "{}", text(&exported.stderr));
    assert_eq!(server.stop(), Some(0));

    let verify = || {
        let mut command = Command::new(BINARY);
        command
            .args(["audit", "verify", "--json", "--bundle"])
            .arg(&bundle);
        command.arg("--key").arg(data.with_extension("key"));
        command
            .arg("--checkpoint")
            .arg(data.with_extension("checkpoint"));
        let output = run(&mut command);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), report)
    };
    let (code, report) = verify();
    assert_eq!(code, Some(0), "{report}");
    assert!(report["rows"].as_u64().unwrap() > 0);

    let honest = fs::read_to_string(&bundle).unwrap();
    assert!(honest.contains("broker.signing_key_made"));
    fs::write(
        &bundle,
        honest.replace("broker.signing_key_made", "broker.signing_key_kept"),
    )
    .unwrap();
    let (code, report) = verify();
    assert_eq!(code, Some(1), "{report}");
    assert_eq!(report["findings"][0]["kind"], "altered_row");

    // A key of somebody else proves nothing.
    let key = fs::read_to_string(data.with_extension("key")).unwrap();
    fs::write(&bundle, honest).unwrap();
    fs::write(data.with_extension("key"), key.replacen('+', "x+", 1)).unwrap();
    let mut command = Command::new(BINARY);
    command.args(["audit", "verify", "--bundle"]).arg(&bundle);
    let output = run(command.arg("--key").arg(data.with_extension("key")));
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_row_that_an_administrator_of_the_database_changed_is_named() {
    if !is_root() {
        // Nobody else is let in as the administrator while the server runs.
        return;
    }
    let folder = folder();
    let data = folder.path().join("data");
    let _server = with_checkpoint(&data);
    let checkpoint = data.with_extension("checkpoint");
    let verify = || {
        audit(
            &data,
            &["verify", "--checkpoint", checkpoint.to_str().unwrap()],
        )
    };
    let honest = verify();
    assert_eq!(honest.status.code(), Some(0), "{}", text(&honest.stdout));

    let mut psql = Command::new("psql");
    psql.args(["-X", "-q", "-U", "postgres", "-d", "countersign", "-h"])
        .arg(data.join("cluster/run"));
    let changed = run(psql.args(["-c", "update audit.entries set action = 'broker.forged'"]));
    assert!(changed.status.success(), "{}", text(&changed.stderr));
    let forged = verify();
    assert_eq!(forged.status.code(), Some(1));
    assert!(
        text(&forged.stdout).contains("FAILED"),
        "{}",
        text(&forged.stdout)
    );
}
