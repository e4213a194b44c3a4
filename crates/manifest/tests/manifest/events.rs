use manifest::{Extracted, Manifest};
use serde_json::{Value, json};

use crate::support::{arguments, github, tracker};

fn extract(manifest: &Manifest, id: &str, kept: &Value, given: &Value) -> Extracted {
    manifest
        .operation(id)
        .unwrap()
        .extract(kept, &arguments(given))
}

fn told(extracted: &Extracted) -> Vec<String> {
    let line = |event: &manifest::ScanEvent| {
        let who = event.resource.as_deref().unwrap_or("-");
        let id = event.id.as_deref().unwrap_or("-");
        format!(
            "{} {} {who} {} {id}",
            event.case,
            event.activity,
            event.at.unix_timestamp()
        )
    };
    extracted.events.iter().map(line).collect()
}

#[test]
fn the_trackers_feed_becomes_events() {
    let at = "2026-03-02T09:00:00Z";
    let kept = json!({"events": [
        {"id": 1, "issue": 7, "at": at, "actor": "support-1", "type": "created"},
        {"id": 2, "issue": 7, "at": at, "actor": "support-1", "type": "labelled", "label": "bug"},
        {"id": 3, "issue": 7, "at": at, "actor": "lead-1", "type": "status_changed",
         "from": "Backlog", "to": "In progress"},
        {"id": 4, "issue": 7, "at": at, "type": "closed"},
        {"id": 5, "issue": 7, "at": at, "actor": "x", "type": "exploded"},
        {"id": 6, "issue": 7, "at": "yesterday", "actor": "x", "type": "closed"},
        {"id": 7, "at": at, "actor": "x", "type": "closed"},
        {"id": 8, "issue": 7, "at": at, "actor": "x", "type": "labelled"},
    ], "next_cursor": "ZS44"});
    let extracted = extract(&tracker(), "list_events", &kept, &json!({}));
    assert_eq!(
        told(&extracted),
        [
            "#7 Created support-1 1772442000 1",
            "#7 Labelled bug support-1 1772442000 2",
            "#7 In progress lead-1 1772442000 3",
            "#7 Closed - 1772442000 4",
        ]
    );
    assert_eq!((extracted.ignored, extracted.incomplete), (1, 3));

    let tracker = tracker();
    let operation = tracker.operation("list_events").unwrap();
    let next = tracker
        .next_page(operation, &kept, None)
        .arguments(&arguments(&json!({})));
    assert_eq!(next.get("cursor"), Some(&json!("ZS44")));
    let rule = operation.incremental.as_ref().unwrap();
    let now = time::macros::datetime!(2030-01-01 00:00 UTC);
    assert_eq!(rule.mark(None, &kept, now).as_deref(), Some(at));
}

#[test]
fn githubs_issues_and_timelines_become_events_of_the_same_cases() {
    let at = "2026-03-02T09:00:00Z";
    let repo = json!({"owner": "acme", "repo": "shop"});
    let issues =
        json!([{"number": 7, "state": "closed", "created_at": at, "user": {"login": "ada"}}]);
    let opened = extract(&github(), "list_issues", &issues, &repo);
    assert_eq!(
        told(&opened),
        ["acme/shop#7 Opened ada 1772442000 opened-7"]
    );

    let timeline = json!([
        {"id": 11, "event": "labeled", "created_at": at, "actor": {"login": "ada"},
         "label": {"name": "bug"}},
        {"event": "cross-referenced", "created_at": at, "actor": {"login": "bob"}},
        {"id": 12, "event": "subscribed", "created_at": at, "actor": {"login": "bob"}},
        {"id": 13, "event": "closed", "created_at": at, "actor": null},
        {"event": "committed"},
    ]);
    let call = json!({"owner": "acme", "repo": "shop", "issue_number": 7});
    let extracted = extract(&github(), "list_issue_timeline", &timeline, &call);
    assert_eq!(
        told(&extracted),
        [
            "acme/shop#7 Labelled bug ada 1772442000 11",
            "acme/shop#7 Referenced bob 1772442000 -",
            "acme/shop#7 Closed - 1772442000 13",
        ]
    );
    assert_eq!((extracted.ignored, extracted.incomplete), (2, 0));

    let feed = json!([{"id": 13, "event": "closed", "created_at": at, "issue": {"number": 7}}]);
    let extracted = extract(&github(), "list_issue_events", &feed, &repo);
    assert_eq!(told(&extracted), ["acme/shop#7 Closed - 1772442000 13"]);
}

#[test]
fn an_answer_of_another_shape_gives_no_events_and_no_panic() {
    for kept in [
        json!(null),
        json!([]),
        json!({}),
        json!({"events": 1}),
        json!([[1]]),
        json!("x"),
    ] {
        let extracted = extract(&tracker(), "list_events", &kept, &json!({}));
        assert!(extracted.events.is_empty(), "{kept}");
    }
}
