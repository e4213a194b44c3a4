use std::net::TcpListener;

use crate::support::{BINARY, Server, command, folder, refusal};

#[test]
fn a_second_server_on_one_data_directory_is_told_the_first_ones_number() {
    let folder = folder();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let (code, said) = refusal(&mut command(&data, ""));
    assert_eq!(code, Some(2));
    assert!(
        said.contains(&format!("(process {})", server.pid("supervisor"))),
        "{said}"
    );
    assert!(server.health().unwrap().contains("204"));
}

#[test]
fn a_taken_port_is_told_before_a_database_is_made() {
    let folder = folder();
    let data = folder.path().join("data");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut up = std::process::Command::new(BINARY);
    up.args(["up", "--listen", &address, "--data-dir"])
        .arg(&data);
    let (code, said) = refusal(&mut up);
    assert_eq!(code, Some(2));
    assert!(said.contains(&format!("{address} is taken")), "{said}");
    assert!(!data.join("cluster").exists());
}

#[test]
fn plain_http_beyond_loopback_does_not_start_and_makes_nothing() {
    let folder = folder();
    let data = folder.path().join("data");
    let mut up = std::process::Command::new(BINARY);
    up.args([
        "up",
        "--listen",
        "0.0.0.0:0",
        "--public-url",
        "http://a.example",
        "--data-dir",
    ])
    .arg(&data);
    let (code, said) = refusal(&mut up);
    assert_eq!(code, Some(2));
    assert_eq!(said.matches("server.tls_required").count(), 2, "{said}");
    assert!(!data.exists());
}

#[test]
fn the_processes_do_not_run_by_hand() {
    for name in ["front", "broker"] {
        let (code, said) = refusal(std::process::Command::new(BINARY).arg(name));
        assert_eq!(code, Some(2));
        assert_eq!(
            said,
            "error: this command is run by `countersign up`, not by hand\n"
        );
    }
}

#[test]
fn verify_and_audit_say_that_no_server_runs() {
    let folder = folder();
    for arguments in [
        &["verify"][..],
        &["audit", "verify"],
        &["audit", "export"],
        &["audit", "checkpoint"],
    ] {
        let mut command = std::process::Command::new(BINARY);
        let (code, said) = refusal(command.args(arguments).arg("--data-dir").arg(folder.path()));
        assert_eq!(code, Some(3), "{arguments:?}");
        assert!(said.contains("start one with countersign up"), "{said}");
        assert!(!said.contains("because"), "{said}");
    }
    // Nothing is made that would be in the way of the next try.
    let output = folder.path().join("audit.jsonl");
    let mut export = std::process::Command::new(BINARY);
    export.args(["audit", "export", "--output"]).arg(&output);
    let (code, _) = refusal(export.arg("--data-dir").arg(folder.path()));
    assert_eq!(code, Some(3));
    assert!(!output.exists());
}

/// A file that the command line names and that cannot be opened is the command line's fault.
#[test]
fn an_input_that_is_not_there_ends_with_the_same_status_everywhere() {
    let folder = folder();
    let missing = folder.path().join("missing");
    for (arguments, file) in [
        (&["insight", "stats"][..], missing.as_path()),
        (&["insight", "stats"], folder.path()),
        (&["audit", "verify", "--checkpoint"], &missing),
        (&["verify", "--config"], &missing),
        (&["config", "check", "--config"], &missing),
    ] {
        let mut command = std::process::Command::new(BINARY);
        let (code, said) = refusal(command.args(arguments).arg(file));
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
    }
}
