//! The door: what leaves and what comes in.

use manifest::Apps;
use testkit::app::{Options, TestApp};
use trust::Status;

use super::{evidence, instance};

pub(super) const TRACKER: &str = include_str!("../../../connectors/tracker.toml");
const GITHUB: &str = include_str!("../../../connectors/github.toml");
const LINEAR: &str = include_str!("../../../connectors/linear.toml");
const JIRA: &str = include_str!("../../../connectors/jira.toml");
const IMAP: &str = include_str!("../../../connectors/imap.toml");
const SMTP: &str = include_str!("../../../connectors/smtp.toml");

/// A broker with other rules for the tracker than the binary's.
pub(super) async fn broker_with_tracker(tracker: &str) -> TestApp {
    with_rules(tracker, GITHUB, LINEAR).await
}

/// A broker with other rules than the binary's.
async fn with_rules(tracker: &str, github: &str, linear: &str) -> TestApp {
    with_all_rules(tracker, github, (linear, JIRA)).await
}

async fn with_all_rules(tracker: &str, github: &str, (linear, jira): (&str, &str)) -> TestApp {
    let files = [
        ("tracker.toml", tracker),
        ("github.toml", github),
        ("linear.toml", linear),
        ("jira.toml", jira),
        ("imap.toml", IMAP),
        ("smtp.toml", SMTP),
    ];
    let apps = Apps::of(files).unwrap();
    TestApp::start_with(Options {
        broker_apps: Some(apps),
        ..Options::default()
    })
    .await
}

#[tokio::test]
async fn co_04_falls_when_a_manifest_keeps_bodies() {
    let keeps = TRACKER.replacen(
        "\"issues[].status\",",
        "\"issues[].status\",\n  \"issues[].body\",",
        1,
    );
    assert_ne!(keeps, TRACKER);
    for (rules, expected) in [(TRACKER, Status::Pass), (keeps.as_str(), Status::Fail)] {
        let app = with_rules(rules, GITHUB, LINEAR).await;
        let found = evidence(instance(&app), "egress.metadata_only").await;
        assert_eq!(found.status, expected, "{found:?}");
    }
}

#[tokio::test]
async fn co_05_falls_when_the_operation_is_declared_after_all() {
    let same = TRACKER.replacen("id = \"tracker\"", "id = \"github\"", 1);
    for (rules, expected) in [(GITHUB, Status::Pass), (same.as_str(), Status::Fail)] {
        let app = with_rules(TRACKER, rules, LINEAR).await;
        let found = evidence(instance(&app), "egress.declared_only").await;
        assert_eq!(found.status, expected, "{found:?}");
    }
}

#[tokio::test]
async fn co_05_falls_when_another_document_is_declared_after_all() {
    let operations = "[operations.list_issues]";
    let declared = format!(
        r#"[operations.read_texts]
title = "Read what people wrote"
class = "read"
method = "POST"
path = "/graphql"
scopes = ["read"]
response = {{ fields = ["data.issues.nodes[].description"] }}
graphql = {{ document = "query Texts {{ issues(first: 50) {{ nodes {{ description }} }} }}" }}

{operations}"#
    );
    let opened = LINEAR.replacen(operations, &declared, 1);
    assert_ne!(opened, LINEAR);
    for (rules, expected) in [(LINEAR, Status::Pass), (opened.as_str(), Status::Fail)] {
        let app = with_rules(TRACKER, GITHUB, rules).await;
        let found = evidence(instance(&app), "egress.declared_only").await;
        assert_eq!(found.status, expected, "{found:?}");
    }
}

/// Where callers say which instance they mean, a connection to one of them reaches them all.
#[tokio::test]
async fn co_05_falls_when_the_instance_is_an_argument() {
    let said = JIRA.replacen(
        "site = { instance_id = true }",
        r#"site = { type = "string", max_length = 40, pattern = "[0-9a-f-]+" }"#,
        1,
    );
    let asked = said.replacen(r#"ask = ["project"]"#, r#"ask = ["project", "site"]"#, 1);
    assert_ne!(asked, said);
    for (rules, expected) in [(JIRA, Status::Pass), (asked.as_str(), Status::Fail)] {
        let app = with_all_rules(TRACKER, GITHUB, (LINEAR, rules)).await;
        let found = evidence(instance(&app), "egress.declared_only").await;
        assert_eq!(found.status, expected, "{found:?}");
    }
}

#[tokio::test]
async fn ag_01_at_the_door_falls_when_a_write_is_declared_as_a_read() {
    let of_writes = ["idempotency", "reconcile", "subject", "result"];
    let (scopes, operations) = TRACKER.split_once("[scopes.\"issues:write\"]").unwrap();
    let (_, operations) = operations.split_once("\n\n").unwrap();
    let (before, write) = operations.split_once("[operations.create_issue]").unwrap();
    let (head, body) = write.split_once("[operations.create_issue.body]").unwrap();
    let head: String = head
        .replace("class = \"write\"", "class = \"read\"\nread_by_post = true")
        .replace("issues:write", "issues:read")
        .split_inclusive('\n')
        .filter(|line| !of_writes.iter().any(|key| line.starts_with(key)))
        .collect();
    let harmless = format!(
        "{scopes}{before}[operations.create_issue]{head}[operations.create_issue.body]{body}"
    );
    for (rules, expected) in [(TRACKER, Status::Pass), (harmless.as_str(), Status::Fail)] {
        let app = with_rules(rules, GITHUB, LINEAR).await;
        let found = evidence(instance(&app), "egress.write_needs_approval").await;
        assert_eq!(found.status, expected, "{found:?}");
    }
}

#[tokio::test]
async fn co_09_falls_when_the_guard_lets_a_private_address_pass() {
    for (private, expected) in [
        (Vec::new(), Status::Pass),
        (vec!["10.255.255.1:443".to_owned()], Status::Fail),
    ] {
        let options = Options {
            private,
            timeout: Some(std::time::Duration::from_secs(1)),
            ..Options::default()
        };
        let app = TestApp::start_with(options).await;
        let found = evidence(instance(&app), "egress.addresses").await;
        assert_eq!(found.status, expected, "{found:?}");
    }
}
