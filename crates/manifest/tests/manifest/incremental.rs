//! What is new since an earlier scan: asked for by a moment, or by a cursor of the app's.

use manifest::{Manifest, ManifestError};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::support::{Connected, DROPBOX, GITHUB, ZENDESK, arguments};

const NOW: OffsetDateTime = datetime!(2026-11-01 00:00 UTC);

/// The operation and arguments that ask for what is new after this answer.
fn after(manifest: &Manifest, id: &str, called: &Value, kept: &Value) -> (String, Value) {
    let operation = manifest.operation(id).unwrap();
    let rule = operation.incremental.as_ref().unwrap();
    let mark = rule.mark(None, kept, NOW).unwrap();
    let asked = manifest.changes_since(operation, &mark).unwrap();
    let given = asked.arguments(&arguments(called)).canonical().unwrap();
    (
        asked.operation(id).to_owned(),
        serde_json::from_slice(&given).unwrap(),
    )
}

/// What GitHub writes must fit.
#[test]
fn a_moment_that_an_answer_told_can_be_asked_for() {
    let github = Connected::github();
    let repo = json!({"owner": "acme", "repo": "shop"});
    for (told, since) in [
        ("2026-03-02T09:00:00Z", "2026-03-02T08:55:00Z"),
        ("2026-03-02T09:00:00.758Z", "2026-03-02T08:55:00.758Z"),
    ] {
        let kept = json!([{"updated_at": told}]);
        let (operation, given) = after(&github.manifest, "list_issues", &repo, &kept);
        assert_eq!(operation, "list_issues");
        let expected = json!({"owner": "acme", "repo": "shop", "since": since});
        assert_eq!(given, expected);
        assert!(github.plan("list_issues", &given).is_ok());
    }
}

#[test]
fn a_cursor_is_asked_for_where_the_app_takes_it() {
    let dropbox = Connected::shipped("dropbox");
    let folder = json!({"path": "/Contracts"});
    let kept = json!({"entries": [], "cursor": "AAGk1", "has_more": false});
    let (operation, given) = after(&dropbox.manifest, "list_files", &folder, &kept);
    assert_eq!(operation, "list_more_files");
    assert_eq!(given, json!({"cursor": "AAGk1"}));
    assert!(dropbox.plan(&operation, &given).is_ok());
    let zendesk = Manifest::parse(ZENDESK).unwrap();
    let kept = json!({"ticket_events": [], "end_time": 1_772_442_000, "end_of_stream": true});
    let (operation, given) = after(&zendesk, "list_ticket_events", &json!({}), &kept);
    assert_eq!(operation, "list_ticket_events");
    assert_eq!(given, json!({"start_time": 1_772_442_000}));
}

#[test]
fn a_mark_that_is_none_asks_for_nothing() {
    let github = Connected::github().manifest;
    let issues = github.operation("list_issues").unwrap();
    for mark in ["", "yesterday", "2026-13-01T00:00:00Z"] {
        assert!(github.changes_since(issues, mark).is_none(), "{mark}");
    }
    let timeline = github.operation("list_issue_timeline").unwrap();
    assert!(
        github
            .changes_since(timeline, "2026-03-02T09:00:00Z")
            .is_none()
    );
    let dropbox = Connected::shipped("dropbox").manifest;
    let files = dropbox.operation("list_files").unwrap();
    for mark in ["", "a b", "\n", &"x".repeat(8001)] {
        assert!(dropbox.changes_since(files, mark).is_none(), "{mark}");
    }
}

fn edited(text: &str, from: &str, to: &str) -> ManifestError {
    assert!(text.contains(from), "nothing to replace: {from}");
    Manifest::parse(&text.replacen(from, to, 1)).expect_err(to)
}

#[test]
fn a_rule_that_cannot_be_followed_is_refused() {
    let moment =
        r#"incremental = { kind = "moment", parameter = "since", field = "[].updated_at" }"#;
    let cursor = r#"incremental = { kind = "cursor", operation = "list_more_files", parameter = "cursor", field = "cursor" }"#;
    for (text, from, to, why) in [
        (
            GITHUB,
            moment,
            moment.replace("moment", "page"),
            "`moment` or a `cursor`",
        ),
        (
            GITHUB,
            moment,
            moment.replace("\"since\"", "\"until\""),
            "argument of the operation",
        ),
        (
            GITHUB,
            moment,
            moment.replace("[].updated_at", "[].title"),
            "response.fields",
        ),
        (
            GITHUB,
            moment,
            moment.replace("kind", "operation = \"list_issue_timeline\", kind"),
            "only a cursor",
        ),
        (
            DROPBOX,
            cursor,
            cursor.replace("list_more_files", "list_revisions"),
            "goes on with",
        ),
        (
            DROPBOX,
            cursor,
            cursor.replace("parameter = \"cursor\"", "parameter = \"path\""),
            "`pagination`",
        ),
    ] {
        let error = edited(text, from, &to);
        assert!(error.problem.contains(why), "{error}");
    }
}
