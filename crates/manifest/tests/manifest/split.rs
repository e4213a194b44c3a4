//! Answers that tell several things in one item, and things that are not to be kept among those that are.

use manifest::{FieldTree, Manifest};
use serde_json::json;

use crate::support::{Connected, arguments};

const JIRA: &str = include_str!("../../../../connectors/jira.toml");
const DROPBOX: &str = include_str!("../../../../connectors/dropbox.toml");

#[test]
fn each_change_of_an_entry_is_an_event() {
    let jira = Connected::shipped("jira").manifest;
    let operation = jira.operation("list_issue_changes").unwrap();
    let at = "2026-03-02T09:00:00.000+0000";
    let kept = json!({"startAt": 0, "isLast": true, "values": [
        {"id": "100", "created": at, "author": {"displayName": "Ada"}, "items": [
            {"fieldId": "status", "toString": "Done"},
            {"fieldId": "resolution", "toString": "Fixed"},
        ]},
        {"id": "101", "created": at, "items": [{"fieldId": "assignee", "toString": null}]},
        {"id": "102", "created": at, "items": []},
        {"id": "103", "created": at},
        {"id": "104", "created": at, "items": [{"fieldId": "status", "toString": null}, null, 7]},
        {"id": "105", "items": [{"fieldId": "priority"}]},
    ]});
    let extracted = operation.extract(&kept, &arguments(&json!({"issue": "SHOP-7"})));
    let told: Vec<_> = extracted
        .events
        .iter()
        .map(|event| {
            let (id, who) = (event.id.as_deref().unwrap(), event.resource.as_deref());
            format!(
                "{} {} {id} {}",
                event.case,
                event.activity,
                who.unwrap_or("-")
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "SHOP-7 Done 100-status Ada",
            "SHOP-7 Resolution changed 100-resolution Ada",
            "SHOP-7 Assignee changed 101-assignee -",
        ]
    );
    // A status without a name, and a change without a moment; what says no kind is none.
    assert_eq!((extracted.incomplete, extracted.ignored), (2, 2));
}

#[test]
fn a_list_is_split_and_chosen_from_where_it_is_kept() {
    for (from, to, why) in [
        (r#"split = "items[]""#, r#"split = "items""#, "one list"),
        (r#"split = "items[]""#, r#"split = "other[]""#, "one list"),
        (
            r#"split = "items[]""#,
            r#"split = "items[].fieldId""#,
            "one list",
        ),
        (r#"by = "fieldId""#, r#"by = "field""#, "a member `by`"),
        (
            r#"each = "values[].items[]""#,
            r#"each = "values[].items""#,
            "a member `by`",
        ),
        (
            r#"each = "values[].items[]""#,
            r#"each = "values[]""#,
            "a member `by`",
        ),
    ] {
        assert!(JIRA.contains(from), "nothing to replace: {from}");
        let error = Manifest::parse(&JIRA.replacen(from, to, 1)).unwrap_err();
        assert!(error.problem.contains(why), "{to}: {error}");
    }
    let jira = Connected::shipped("jira").manifest;
    let FieldTree::Object(members) = &jira.operation("list_issue_changes").unwrap().response else {
        unreachable!("an answer of Jira is an object");
    };
    let FieldTree::Items(entries) = &members["values"] else {
        unreachable!("all entries are kept");
    };
    let FieldTree::Object(entry) = &**entries else {
        unreachable!("an entry is an object");
    };
    let FieldTree::Chosen { by, kinds, .. } = &entry["items"] else {
        unreachable!("changes are chosen");
    };
    assert_eq!(by, "fieldId");
    for text in [
        "summary",
        "description",
        "Comment",
        "Attachment",
        "environment",
    ] {
        assert!(!kinds.contains(text), "{text} is what somebody wrote");
    }
}

/// A folder of Dropbox has no revisions, and is listed like a file.
#[test]
fn a_scan_calls_for_the_items_that_have_what_it_names() {
    let dropbox = Connected::shipped("dropbox").manifest;
    let steps = &dropbox.scan.as_ref().unwrap().steps;
    let each = steps[1].for_each.as_ref().unwrap();
    let kept = json!({"entries": [
        {"id": "id:folder"}, {"id": "id:file", "rev": "0123"}, {"id": "id:none", "rev": ""},
        {"id": "id:null", "rev": null}, {"rev": "0123"}, 7,
    ]});
    let asked = arguments(&json!({}));
    let calls: Vec<_> = each.calls(&kept, &asked).collect();
    assert_eq!(calls, [arguments(&json!({"path": "id:file"}))]);
    let error = Manifest::parse(&DROPBOX.replacen(r#"when = "rev""#, r#"when = "name""#, 1));
    let error = error.unwrap_err();
    assert!(error.problem.contains("keeps no such field"), "{error}");
}
