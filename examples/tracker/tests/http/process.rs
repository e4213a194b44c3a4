//! The program itself.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

const TRACKER: &str = env!("CARGO_BIN_EXE_tracker");

fn secret_file(name: &str, secret: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, secret).unwrap();
    path
}

fn arguments(test: &str, listen: &str) -> Vec<String> {
    let client = secret_file(&format!("{test}-client"), "secret\n");
    let owner = secret_file(&format!("{test}-owner"), "password\n");
    let text = |path: PathBuf| path.to_str().unwrap().to_owned();
    [
        "--memory",
        "--listen",
        listen,
        "--client-id",
        "desk",
        "--client-secret-file",
        &text(client),
        "--redirect-uri",
        "http://127.0.0.1:9/callback",
        "--owner-login",
        "sam",
        "--owner-password-file",
        &text(owner),
    ]
    .map(str::to_owned)
    .to_vec()
}

fn run(arguments: &[String]) -> Output {
    Command::new(TRACKER).args(arguments).output().unwrap()
}

/// Reads the line that tells where it listens.
fn ready(child: &mut Child) -> (String, BufReader<std::process::ChildStdout>) {
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(ready.as_object().unwrap().len(), 1);
    (ready["listening"].as_str().unwrap().to_owned(), output)
}

fn send(signal: &str, child: &Child) {
    let kill = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
}

#[tokio::test]
async fn it_says_where_it_listens_and_stops_when_asked() {
    let mut child = Command::new(TRACKER)
        .args(arguments("stops", "127.0.0.1:0"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (address, mut output) = ready(&mut child);
    let page = crate::support::http_client()
        .get(&address)
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 200);
    send("-TERM", &child);
    assert!(child.wait().unwrap().success());
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

#[test]
fn it_stops_when_its_parent_is_killed() {
    // A shell that starts it and then waits for input that never comes.
    let mut parent = Command::new("sh")
        .args(["-c", "\"$@\" & read -r line", "sh", TRACKER])
        .args(arguments("orphan", "127.0.0.1:0"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (_, mut output) = ready(&mut parent);
    parent.kill().unwrap();
    parent.wait().unwrap();
    // The tracker holds the other end of this pipe until it ends.
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

#[test]
fn it_refuses_what_it_cannot_do_and_says_why() {
    let mut missing = arguments("refuses", "127.0.0.1:0");
    missing.remove(0);
    let mut both = arguments("refuses", "127.0.0.1:0");
    both.extend(["--data".to_owned(), "x.json".to_owned()]);
    let mut bad_uri = arguments("refuses", "127.0.0.1:0");
    bad_uri.extend(["--redirect-uri".to_owned(), "http://a.example/".to_owned()]);
    let mut empty = arguments("refuses", "127.0.0.1:0");
    let path = secret_file("refuses-empty", "\n")
        .to_str()
        .unwrap()
        .to_owned();
    empty.extend(["--owner-password-file".to_owned(), path]);
    empty.drain(11..13);
    for (arguments, why) in [
        (arguments("refuses", "0.0.0.0:0"), "not a loopback address"),
        (
            arguments("refuses", "192.0.2.1:0"),
            "not a loopback address",
        ),
        (missing, "<--data <FILE>|--memory>"),
        (both, "cannot be used with"),
        (bad_uri, "neither https nor http on a loopback address"),
        (empty, "a secret must not be empty"),
    ] {
        let output = run(&arguments);
        assert!(!output.status.success());
        assert!(output.stdout.is_empty());
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.contains(why), "{errors}");
    }
}

#[test]
fn its_help_teaches() {
    let output = run(&["--help".to_owned()]);
    let help = String::from_utf8(output.stdout).unwrap();
    for part in [
        "Example:",
        "--redirect-uri",
        "/.well-known/oauth-authorization-server",
    ] {
        assert!(help.contains(part), "{help}");
    }
}
