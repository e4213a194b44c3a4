//! Scans, and the read that no scan uses.

use broker::protocol::{Answer, Call};
use broker::socket::{BrokerClient, CallError};
use kernel::Scope;
use manifest::Manifest;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::provider::Mood;

use super::world::{GitHub, arguments, desk, desk_with};
use crate::providers::round_trip::connection;
use crate::world::{rows_with, scanned, session_hash};

const MANIFEST: &str = include_str!("../../../../connectors/github.toml");
const CANARY: &str = "canary-of-an-issue-51c2";

/// One issue with a history, told as GitHub tells it.
async fn worked_on(github: &GitHub) {
    let new = json!({ "title": CANARY, "body": format!("{CANARY} burns") });
    github.by_hand(Method::POST, "/issues", Some(&new)).await;
    for change in [
        json!({ "labels": ["bug"] }),
        json!({ "assignees": ["octocat"] }),
        json!({ "state": "closed" }),
        json!({ "state": "open" }),
    ] {
        github
            .by_hand(Method::PATCH, "/issues/1", Some(&change))
            .await;
    }
    let comment = json!({ "body": format!("{CANARY} still burns") });
    github
        .by_hand(Method::POST, "/issues/1/comments", Some(&comment))
        .await;
}

#[tokio::test]
async fn a_scan_reads_who_did_what_over_two_pages_and_no_text() {
    let github = GitHub::start().await;
    worked_on(&github).await;
    for number in 2..=101 {
        let new = json!({ "title": format!("{CANARY} {number}"), "body": CANARY });
        github.by_hand(Method::POST, "/issues", Some(&new)).await;
    }
    let reading = github.connect("read").await;
    let granted = connection(&github.owner, &reading).await;
    assert_eq!(granted["scopes_granted"], json!(["repo"]), "{granted}");
    let log = scanned(&github.owner, &reading, &desk()).await;
    assert_eq!(
        (&log["state"], &log["cases"]),
        (&json!("ready"), &json!(101)),
        "{log}"
    );
    let counts = log["statistics"]["activity_counts"].as_array().unwrap();
    let mut counts: Vec<_> = counts
        .iter()
        .map(|row| (row["activity"].as_str().unwrap(), &row["count"]))
        .collect();
    counts.sort_unstable_by_key(|(activity, _)| *activity);
    let (once, all) = (json!(1), json!(101));
    let expected = [
        ("Assigned", &once),
        ("Closed", &once),
        ("Labelled bug", &once),
        ("Opened", &all),
        ("Reopened", &once),
    ];
    assert_eq!(counts, expected);
    assert_asked_as_declared(&github);
    assert_eq!(rows_with(&github.app, CANARY).await, Vec::<String>::new());
    assert!(!rows_with(&github.app, "Labelled bug").await.is_empty());
    github
        .assert_no_secret_shows(&[format!("/connectors/{reading}")])
        .await;
}

/// Two pages of issues and a timeline of each, with the headers that GitHub wants.
fn assert_asked_as_declared(github: &GitHub) {
    let asked = github.provider.seen(&Method::GET);
    assert_eq!(asked.len(), 2 + 101);
    assert!(asked[1].target.contains("page=2"), "{}", asked[1].target);
    for call in &asked {
        let header = |name: &str| call.headers[name].to_str().unwrap();
        assert!(header("authorization").starts_with("Bearer gho_"));
        assert_eq!(header("accept"), "application/vnd.github+json");
        assert_eq!(header("x-github-api-version"), "2022-11-28");
        assert!(header("user-agent").starts_with("countersign/"));
    }
}

/// Calls a declared read as the front does, over the broker's socket.
async fn read(github: &GitHub, connection: &str, operation: &str) -> Result<Value, CallError> {
    let broker = BrokerClient::new(&github.app.broker_socket);
    let call = Call::Read {
        connection: connection.parse().unwrap(),
        operation: operation.to_owned(),
        arguments: desk().to_string(),
    };
    let scope = Scope::Session(session_hash(&github.owner));
    match broker.call(&scope, call).await? {
        Answer::Read(answer) => Ok(answer.kept),
        other => panic!("{other:?}"),
    }
}

/// `emulate` has no `/issues/events`, but the same events of one issue: the call is moved there.
#[tokio::test]
async fn the_events_of_a_repository_become_events_of_their_issues() {
    let github = GitHub::start().await;
    worked_on(&github).await;
    let reading = github.connect("read").await;
    let moved = "/repos/acme/desk/issues/1/events".to_owned();
    github.provider.be(Mood::MoveTo(moved));
    let kept = read(&github, &reading, "list_issue_events").await.unwrap();
    assert!(
        kept.to_string().contains("\"bug\"") && !kept.to_string().contains(CANARY),
        "{kept}"
    );
    let asked = github.provider.seen(&Method::GET);
    assert_eq!(
        asked[0].target,
        "/repos/acme/desk/issues/events?per_page=100"
    );
    let manifest = Manifest::parse(MANIFEST).unwrap();
    let operation = manifest.operation("list_issue_events").unwrap();
    let events = operation.extract(&kept, &arguments(&desk())).events;
    let told: Vec<_> = events
        .iter()
        .map(|event| (event.case.as_str(), event.activity.as_str()))
        .collect();
    let of_the_issue = ["Labelled bug", "Assigned", "Closed", "Reopened"]
        .map(|activity| ("acme/desk#1", activity));
    assert_eq!(told, of_the_issue);
    assert!(
        events
            .iter()
            .all(|event| event.resource.as_deref() == Some("hubot"))
    );
}

/// As `emulate` answers it, where nothing is moved.
#[tokio::test]
async fn an_address_that_the_provider_does_not_have_says_nothing_about_the_grant() {
    let github = GitHub::start().await;
    let reading = github.connect("read").await;
    let refused = read(&github, &reading, "list_issue_events")
        .await
        .unwrap_err();
    assert!(matches!(refused, CallError::Failed(why) if why.code == "egress.refused"));
    let row = connection(&github.owner, &reading).await;
    assert_eq!(row["state"], "connected", "{row}");
    let calls = format!("/api/v1/connections/{reading}/calls");
    let calls = github.owner.get(&calls).await.unwrap();
    assert_eq!(
        (&calls[0]["operation"], &calls[0]["status"]),
        (&json!("list_issue_events"), &json!(404))
    );
}

#[tokio::test]
async fn a_scan_of_a_repository_that_is_not_there_fails_at_once() {
    let github = GitHub::start().await;
    let reading = github.connect("read").await;
    let nowhere = desk_with(json!({ "repo": "nowhere" }));
    let begun = std::time::Instant::now();
    let log = scanned(&github.owner, &reading, &nowhere).await;
    assert_eq!(log["state"], "failed", "{log}");
    assert!(begun.elapsed().as_secs() < 20, "it was tried again");
    assert_eq!(github.provider.seen(&Method::GET).len(), 1);
}
