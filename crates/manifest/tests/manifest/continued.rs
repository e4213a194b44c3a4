//! Pages after the first that another operation gives.

use manifest::{Manifest, ManifestError};
use serde_json::{Value, json};

use crate::support::{Connected, DROPBOX, Wire, arguments};

#[test]
fn the_pages_after_the_first_are_another_operation_with_the_cursor_alone() {
    let dropbox = Connected::shipped("dropbox");
    let manifest = &dropbox.manifest;
    let next = |id: &str, given: &Value, kept: &Value| {
        let next = manifest.next_page(manifest.operation(id).unwrap(), kept, None);
        let operation = next.operation(id).to_owned();
        (operation, next.arguments(&arguments(given)))
    };
    let kept = json!({"entries": [], "cursor": "AAGk2", "has_more": true});
    let given = json!({"path": "/Contracts"});
    let (operation, after) = next("list_files", &given, &kept);
    assert_eq!(operation, "list_more_files");
    assert_eq!(after, arguments(&json!({"cursor": "AAGk2"})));
    let (operation, after) = next("list_more_files", &json!({"cursor": "AAGk1"}), &kept);
    assert_eq!(operation, "list_more_files");
    assert_eq!(after, arguments(&json!({"cursor": "AAGk2"})));
    // It is planned and recognised as any other.
    let planned = dropbox.plan("list_more_files", &json!({"cursor": "AAGk2"}));
    let wire = Wire::of(&planned.unwrap());
    assert_eq!(dropbox.admit(&wire), Ok("list_more_files"));
}

#[test]
fn a_cursor_that_is_none_leads_nowhere() {
    let dropbox = Connected::shipped("dropbox").manifest;
    let operation = dropbox.operation("list_files").unwrap();
    for kept in [
        json!({"cursor": "AAGk2", "has_more": false}),
        json!({"cursor": "AAGk2"}),
        json!({"cursor": "", "has_more": true}),
        json!({"cursor": "a b", "has_more": true}),
        json!({"cursor": "\"}, {\"path\": \"/\"", "has_more": true}),
        json!({"cursor": {"path": "/"}, "has_more": true}),
        json!({"cursor": "A".repeat(8001), "has_more": true}),
        json!({"has_more": true}),
    ] {
        assert!(
            dropbox.next_page(operation, &kept, None).is_last(),
            "{kept}"
        );
    }
}

/// The error after one edit of Dropbox's manifest, which must change something. What is new is not asked for in it: that
/// refers to the pages.
fn edited(from: &str, to: &str) -> ManifestError {
    let lines = DROPBOX.split_inclusive('\n');
    let plain: String = lines
        .filter(|line| !line.starts_with("incremental"))
        .collect();
    assert!(plain.contains(from), "nothing to replace: {from}");
    Manifest::parse(&plain.replacen(from, to, 1)).expect_err(to)
}

#[test]
fn what_goes_on_is_a_read_that_takes_the_cursor_and_keeps_the_same() {
    let named = r#"operation = "list_more_files", parameter = "cursor""#;
    for (to, why) in [
        (
            r#"operation = "list_nothing", parameter = "cursor""#,
            "not an operation",
        ),
        (
            r#"operation = "create_folder", parameter = "path""#,
            "is a read",
        ),
        (
            r#"operation = "list_files", parameter = "path""#,
            "names no other",
        ),
        (
            r#"operation = "list_more_files", parameter = "path""#,
            "takes the cursor",
        ),
        (
            r#"operation = "list_revisions", parameter = "path""#,
            "read alike",
        ),
    ] {
        let error = edited(named, to);
        assert!(error.problem.contains(why), "{to}: {error}");
    }
    let more = r#"path = "/2/files/list_folder/continue"
scopes = ["files.metadata.read"]
pagination = { kind = "cursor", parameter = "cursor", field = "cursor", more = "has_more" }"#;
    let error = edited(more, &more.replace("pagination", "# pagination"));
    assert!(error.problem.contains("whether more follows"), "{error}");
    let first = "list_folder\"\nscopes = [\"files.metadata.read\"]";
    let error = edited(first, "list_folder\"\nscopes = []");
    assert!(error.problem.contains("a scope that the first"), "{error}");
    let error = edited(
        r#"kind = "cursor", operation"#,
        r#"kind = "offset", items = "entries[]", operation"#,
    );
    assert!(error.problem.contains("only a cursor"), "{error}");
    // A second argument that it cannot do without would have nobody to give it.
    let cursor = r#"cursor = { type = "string", required = true, max_length = 8000"#;
    let error = edited(
        cursor,
        &format!("limit = {{ type = \"integer\", required = true }}\n{cursor}"),
    );
    assert!(error.problem.contains("needs nothing else"), "{error}");
}
