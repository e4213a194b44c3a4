use std::collections::BTreeSet;

use manifest::{Class, Manifest};
use serde_json::json;

use crate::support::{Connected, github, tracker};

fn scopes(manifest: &Manifest, class: Class) -> BTreeSet<&str> {
    manifest.scopes_for(manifest.operations_of(class))
}

#[test]
fn the_first_barrier_is_claimed_where_it_stands_and_not_where_it_does_not() {
    assert!(tracker().barriers.scope_held);
    assert_eq!(scopes(&tracker(), Class::Read), ["issues:read"].into());
    assert_eq!(scopes(&tracker(), Class::Write), ["issues:write"].into());

    let github = github();
    assert!(!github.barriers.scope_held);
    assert!(github.barriers.scope.contains("repo"));
    assert_eq!(scopes(&github, Class::Read), ["repo"].into());
}

#[test]
fn a_narrower_grant_suffices_where_the_manifest_says_so() {
    let github = github();
    let operation = github.operation("list_issues").unwrap();
    for (granted, enough) in [("repo", true), ("public_repo", true), ("gist", false)] {
        assert_eq!(
            github.is_granted(operation, &[granted.to_owned()].into()),
            enough
        );
    }
    assert!(!github.is_granted(operation, &BTreeSet::new()));
}

#[test]
fn every_connector_has_one_write_and_no_text_of_work_is_kept() {
    for Connected { manifest, .. } in Connected::all() {
        let writes = manifest.operations_of(Class::Write).count();
        assert_eq!(
            writes,
            usize::from(!["gmail", "imap"].contains(&manifest.id.as_str())),
            "{}",
            manifest.id
        );
        for operation in manifest.operations() {
            let kept = format!("{:?}", operation.response).to_lowercase();
            for text in [
                "\"title\": scalar",
                "\"body\": scalar",
                "\"text\": scalar",
                "\"subject\": scalar",
                "\"summary\": scalar",
                "\"snippet\": scalar",
                "\"oldvalue\": scalar",
                "comment",
                "\"description\": scalar",
                "attachment",
            ] {
                assert!(!kept.contains(text), "{} keeps {text}", operation.id);
            }
        }
    }
}

/// CO-08, CO-06: what every connector says of itself, whatever its app.
#[test]
fn every_connector_can_end_and_can_find_what_it_wrote() {
    for Connected { manifest, .. } in Connected::all() {
        let id = &manifest.id;
        assert_eq!(manifest.scan.is_some(), id != "smtp", "{id} has no scan");
        for write in manifest.operations_of(Class::Write) {
            // A bot of Telegram is shown no message that it sent, and a folder of Dropbox tells nothing of who made it. SMTP
            // shows nothing at all.
            let found = write.reconcile.is_some();
            let is_shown = !["telegram", "dropbox", "smtp"].contains(&id.as_str());
            assert_eq!(found, is_shown, "{id} cannot find a lost write");
            assert!(write.result.is_some(), "{id} shows no result");
            assert_ne!(write.schema()["required"], json!([]), "{id}");
            let subject = format!(
                "{:?}",
                write.subject(&crate::support::arguments(&json!({
                    "title": "s", "summary": "s", "subject": "s", "Subject": "s", "text": "s",
                    "path": "s",
                })))
            );
            assert_eq!(subject, "Some(\"s\")", "{id} names no subject");
        }
        for scan in manifest.scan.iter().flat_map(|scan| &scan.steps) {
            let operation = manifest.operation(&scan.operation).unwrap();
            assert_eq!(operation.class, Class::Read, "{id}");
        }
        let told = &manifest.barriers;
        let reads = manifest.scopes_for(manifest.operations_for(Class::Read));
        let can_write = |name: &&str| {
            let mut rules = manifest.scopes().filter(|(scope, _)| scope == name);
            rules.any(|(_, rule)| rule.class == Class::Write)
        };
        let held = manifest.auth.has_scopes() && !reads.iter().any(can_write);
        assert_eq!(told.scope_held, held, "{id}");
    }
}

/// A connection that scans is asked for nothing that only the look-up of a write needs.
#[test]
fn a_look_up_belongs_to_the_write() {
    let all = Connected::all();
    let calendar = all.iter().find(|one| one.manifest.id == "google-calendar");
    let manifest = &calendar.unwrap().manifest;
    let scopes = |purpose| manifest.scopes_for(manifest.operations_for(purpose));
    let named = |name: &'static str| format!("https://www.googleapis.com/auth/{name}");
    let (read, write) = (
        named("calendar.events.freebusy"),
        named("calendar.events.owned"),
    );
    assert_eq!(scopes(Class::Read), [read.as_str()].into());
    assert_eq!(scopes(Class::Write), [write.as_str()].into());
}

#[test]
fn an_issue_on_github_is_requested_like_this() {
    let connected = Connected::github();
    let planned = connected.plan(
        "create_issue",
        &json!({"owner": "acme", "repo": "shop", "title": "Slow hand-over", "labels": ["process"]}),
    );
    let planned = planned.unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&planned.canonical()).unwrap());
    insta::assert_snapshot!(String::from_utf8_lossy(planned.body().unwrap()));
}

#[test]
fn an_issue_on_the_tracker_is_requested_like_this() {
    let connected = Connected::tracker("http://127.0.0.1:7411/team");
    let planned = connected.plan(
        "create_issue",
        &json!({"title": "Slow", "body": "two\nlines"}),
    );
    let planned = planned.unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&planned.canonical()).unwrap());
}

#[test]
fn a_list_tells_one_issue_from_another_by_its_title_cut_to_a_line() {
    for manifest in [github(), tracker()] {
        let operation = manifest.operation("create_issue").unwrap();
        let subject = |title: &str| {
            let asked = crate::support::arguments(&json!({"title": title, "body": "Not this"}));
            operation.subject(&asked)
        };
        assert_eq!(subject("Slow hand-over").as_deref(), Some("Slow hand-over"));
        assert_eq!(subject(&"é".repeat(200)), Some("é".repeat(200)));
        assert_eq!(subject(&"é".repeat(201)), Some("é".repeat(199) + "…"));
        let nothing = crate::support::arguments(&json!({"body": "Not this"}));
        assert_eq!(operation.subject(&nothing), None);
    }
}

#[test]
fn a_scan_of_github_asks_for_the_timeline_of_each_issue() {
    let github = github();
    let steps = &github.scan.as_ref().unwrap().steps;
    assert_eq!(steps[0].ask, ["owner", "repo"]);
    let asked = crate::support::arguments(&json!({"owner": "acme", "repo": "shop"}));
    let kept = json!([{"number": 1}, {"number": 2}, {"state": "open"}]);
    let calls: Vec<_> = steps[1]
        .for_each
        .as_ref()
        .unwrap()
        .calls(&kept, &asked)
        .collect();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[1].get("issue_number"), Some(&json!(2)));
    assert_eq!(calls[1].get("owner"), Some(&json!("acme")));
}

#[test]
fn a_tool_sees_the_arguments_as_a_schema() {
    let tracker = tracker();
    let schema = tracker.operation("create_issue").unwrap().schema();
    insta::assert_snapshot!(serde_json::to_string_pretty(&schema).unwrap());
}

#[test]
fn a_lost_write_is_looked_for_by_its_mark_or_its_key() {
    let key = crate::support::key();
    let github = github();
    let write = github.operation("create_issue").unwrap();
    let rule = write.reconcile.as_ref().unwrap();
    let read = github.operation(&rule.operation).unwrap();
    let written = crate::support::arguments(&json!({"owner": "a", "repo": "b", "title": "t"}));
    let look_up = rule.arguments(read, &written, &key);
    assert_eq!(
        look_up,
        crate::support::arguments(&json!({"owner": "a", "repo": "b"}))
    );
    let kept = json!([
        {"number": 9, "body": false},
        {"number": 8, "body": true, "html_url": "https://github.com/a/b/issues/8"},
    ]);
    let shown = write
        .result
        .as_ref()
        .unwrap()
        .read(rule.find(&kept).unwrap());
    assert_eq!(shown.id.as_deref(), Some("8"));
    assert_eq!(rule.find(&json!([{"number": 9, "body": false}])), None);

    let tracker = tracker();
    let rule = tracker
        .operation("create_issue")
        .unwrap()
        .reconcile
        .as_ref()
        .unwrap();
    let read = tracker.operation(&rule.operation).unwrap();
    let look_up = rule.arguments(
        read,
        &crate::support::arguments(&json!({"title": "t"})),
        &key,
    );
    assert_eq!(
        look_up.get("idempotency_key"),
        Some(&json!(key.to_string()))
    );
    assert_eq!(rule.find(&json!({"issues": []})), None);
    assert!(rule.find(&json!({"issues": [{"number": 1}]})).is_some());
}
