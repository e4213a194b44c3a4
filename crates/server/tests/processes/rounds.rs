use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{BINARY, Server, command, eventually, folder, is_root, refusal, run, signal};

fn verify(data: &Path, arguments: &[&str]) -> Vec<Value> {
    let mut command = Command::new(BINARY);
    command.args(["verify", "--json"]).args(arguments);
    let output = run(command.arg("--data-dir").arg(data));
    let said = String::from_utf8_lossy(&output.stderr);
    let found = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}{found}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A number out of the embedded database, as its administrator.
fn count(data: &Path, what: &str) -> u64 {
    let text = sql(data, &format!("select count(*) from {what}"));
    text.trim().parse().unwrap()
}

/// Eleven minutes, to what controls made.
fn pass(data: &Path) {
    sql(
        data,
        "update identity.sessions set ended_at = ended_at - interval '11 minutes';
         update broker.authorizations set created_at = created_at - interval '11 minutes';
         update mail.outbox set created_at = created_at - interval '11 minutes';
         update identity.invitations set created_at = created_at - interval '11 minutes'",
    );
}

fn sql(data: &Path, statement: &str) -> String {
    let mut psql = Command::new("psql");
    psql.args([
        "-X",
        "-A",
        "-t",
        "-U",
        "postgres",
        "-d",
        "countersign",
        "-h",
    ])
    .arg(data.join("cluster/run"));
    let output = run(psql.args(["-v", "ON_ERROR_STOP=1", "-c", statement]));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn rounds_leave_nothing_behind_but_audit_entries_and_evidence() {
    if !is_root() {
        // Nobody else is let in as the administrator while the server runs.
        return;
    }
    let folder = folder();
    let data = folder.path().join("data");
    let _server = Server::start(&data);
    let tables = [
        "identity.organisations",
        "identity.users",
        "identity.sessions",
        "access.api_keys",
        "connectors.connections",
        "broker.authorizations",
        "broker.secrets",
        "broker.data_keys",
        "broker.credentials",
        "broker.calls",
        "approvals.proposals",
        "approvals.decisions",
        "insight.logs",
        "jobs.jobs",
    ];
    let counts = || tables.map(|table| (table, count(&data, table)));
    // What is made once is there after the first; the second finds it.
    verify(&data, &[]);
    pass(&data);
    verify(&data, &["--record"]);
    let before = counts();
    assert!(before.contains(&("access.api_keys", 0)), "{before:?}");
    // What a round leaves for whoever works beside it, the next one takes once it is old.
    pass(&data);
    verify(&data, &[]);
    assert_eq!(before, counts());
}

#[test]
fn a_server_runs_the_large_controls_once_a_day_and_the_others_in_each_round() {
    if !is_root() {
        return;
    }
    let folder = folder();
    let data = folder.path().join("data");
    // A file that the rounds must not read says something else by the time they run.
    let mut up = command(&data, "");
    let quick = data.with_extension("quick.toml");
    std::fs::write(&quick, "verify_every_seconds = 10\n").unwrap();
    let arguments: Vec<_> = up.get_args().map(std::ffi::OsStr::to_owned).collect();
    let mut again = Command::new(BINARY);
    again.args(arguments.iter().map(|argument| {
        if argument == data.with_extension("toml").as_os_str() {
            quick.as_os_str()
        } else {
            argument
        }
    }));
    up = again;
    let server = Server::start_with(&data, up);
    std::fs::write(&quick, "no = configuration").unwrap();
    let runs = |control: &str| {
        count(
            &data,
            &format!("trust.evidence where control = '{control}' and status = 'pass'"),
        )
    };
    eventually("three rounds", || runs("front.confined") >= 3);
    assert_eq!(runs("audit.tamper_evident"), 1);
    assert_eq!(runs("broker.secret_files"), 1);
    assert!(
        !server.log().contains("trust.round_failed"),
        "{}",
        server.log()
    );
}

#[test]
fn after_a_kill_verify_says_that_no_server_runs() {
    let folder = folder();
    let data = folder.path().join("data");
    let mut server = Server::start(&data);
    signal(server.pid("supervisor"), "KILL");
    server.process.wait().unwrap();
    assert!(data.join("run/instance.json").exists());
    eventually("the front's end", || server.health().is_err());
    for arguments in [&["verify"][..], &["audit", "verify"]] {
        let mut command = Command::new(BINARY);
        let (code, said) = refusal(command.args(arguments).arg("--data-dir").arg(&data));
        assert_eq!(code, Some(3));
        assert!(said.contains("error: no server runs on"), "{said}");
    }
}
