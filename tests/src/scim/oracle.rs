//! The RFCs, as read by somebody else: scim2-tester.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use testkit::app::TestApp;

use super::Directory;
use crate::world::signed_up;

/// What the tester holds against the server, and why it is meant.
const MEANT: [(&str, &str); 2] = [
    (
        "POST /.search: searching several resource types at once is not supported",
        "ServiceProviderConfig has no word for it; a filter of each type finds the same",
    ),
    (
        "did not remove attribute 'active'",
        "somebody is a member or is none: without the attribute they stay what they are (RFC 7643 2.5 leaves it to the server)",
    ),
];

fn check(url: &str, directory: &Directory) -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let python = root.join("target/scim-tester/bin/python");
    assert!(
        python.exists(),
        "run ./dev test, which installs scim2-tester"
    );
    let mut child = Command::new(python)
        .arg(root.join("tests/scim/tester.py"))
        .args([url, &directory.domain])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(directory.key.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tester_finds_nothing_that_the_rfcs_forbid() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let checks = check(&app.url, &directory);
    let text = |check: &Value, name: &str| check[name].as_str().unwrap_or_default().to_owned();
    let (mut good, mut meant, mut wrong) = (0, Vec::new(), Vec::new());
    for check in &checks {
        let reason = text(check, "reason");
        match text(check, "status").as_str() {
            "SUCCESS" | "COMPLIANT" | "ACCEPTABLE" => good += 1,
            _ => match MEANT.iter().find(|(known, _)| reason.contains(known)) {
                Some((known, _)) => meant.push(*known),
                None => wrong.push(check),
            },
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(good > 30, "only {good} checks were made");
    for (known, why) in MEANT {
        assert!(
            meant.contains(&known),
            "{known} is gone: it was meant, since {why}"
        );
    }
}
