//! VA-05.

use manifest::Apps;
use testkit::app::{Options, TestApp};
use trust::Status;

use super::{evidence, falls_with, instance};

const CONTROL: &str = "broker.credential_class";
const TRACKER: &str = include_str!("../../../connectors/tracker.toml");
const GITHUB: &str = include_str!("../../../connectors/github.toml");
const LINEAR: &str = include_str!("../../../connectors/linear.toml");
const JIRA: &str = include_str!("../../../connectors/jira.toml");
const IMAP: &str = include_str!("../../../connectors/imap.toml");
const SMTP: &str = include_str!("../../../connectors/smtp.toml");

/// A tracker that takes a key in the place of OAuth 2.
fn of_keys() -> String {
    let (before, rest) = TRACKER.split_once("[auth]").unwrap();
    let (_, after) = rest.split_once("[operations.list_issues]").unwrap();
    let auth = "[auth]\nkind = \"api_key\"\nverify = \"list_issues\"\n
[auth.paste]\nlabel = \"Key\"\nwhere = \"There\"\npattern = \".+\"\n
[auth.revoke]\nabsent = \"End it there.\"\n\n[operations.list_issues]";
    let whole = format!("{before}{auth}{after}").replace("scope_held = true", "scope_held = false");
    let lines = whole.split_inclusive('\n');
    lines.filter(|line| !line.starts_with("scopes =")).collect()
}

/// Fails where the broker goes by these rules for the tracker, for a reason that names `because`.
async fn falls_under(tracker: &str, because: &str) {
    assert_ne!(tracker, TRACKER);
    for (rules, expected) in [(TRACKER, Status::Pass), (tracker, Status::Fail)] {
        let files = [
            ("tracker.toml", rules),
            ("github.toml", GITHUB),
            ("linear.toml", LINEAR),
            ("jira.toml", JIRA),
            ("imap.toml", IMAP),
            ("smtp.toml", SMTP),
        ];
        let app = TestApp::start_with(Options {
            broker_apps: Some(Apps::of(files).unwrap()),
            ..Options::default()
        })
        .await;
        let found = evidence(instance(&app), CONTROL).await;
        assert_eq!(found.status, expected, "{found:?}");
        let said = found.evidence.contains(because);
        assert!(expected == Status::Pass || said, "{found:?}");
    }
}

#[tokio::test]
async fn va_05_falls_when_an_operation_takes_another_class_after_all() {
    let both = "scopes = [\"issues:read\"]\ncredentials = [\"oauth2\", \"api_key\"]";
    let lenient = TRACKER.replacen("scopes = [\"issues:read\"]", both, 1);
    falls_under(&lenient, "credential_of_another_class").await;
}

#[tokio::test]
async fn va_05_falls_when_the_broker_is_given_another_class() {
    falls_under(&of_keys(), "was given a credential of class api_key").await;
}

#[tokio::test]
async fn va_05_falls_when_another_class_is_sealed_beside_a_token() {
    let open = "drop trigger secrets_class on broker.secrets";
    falls_with(CONTROL, open, "beside a token").await;
}

#[tokio::test]
async fn va_05_falls_when_a_class_changes_under_a_token() {
    let open = "drop trigger credentials_class on broker.credentials";
    falls_with(CONTROL, open, "under the name of").await;
}
