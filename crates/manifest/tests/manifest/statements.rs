//! Statements of a query language: the manifest's, but for what stands in their holes.

use manifest::{Manifest, ManifestError, Undeclared};
use serde_json::{Value, json};

use crate::support::{Connected, SALESFORCE, Wire, arguments, key};

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
        .replace('*', "%2A")
        .replace("%7E", "~")
}

fn history() -> (Connected, Wire) {
    let connected = Connected::salesforce();
    let given = json!({"since": "2026-03-02T09:00:00Z", "after": "0173000000D8cuI"});
    let wire = Wire::of(&connected.plan("list_status_changes", &given).unwrap());
    (connected, wire)
}

#[test]
fn a_query_is_its_statement_with_typed_values_in_it() {
    let connected = Connected::salesforce();
    let q = |given: &Value| {
        let planned = connected.plan("list_status_changes", given).unwrap();
        assert_eq!(
            connected.admit(&Wire::of(&planned)),
            Ok("list_status_changes")
        );
        planned.query().to_vec()
    };
    let first = q(&json!({}));
    assert_eq!(
        first,
        [(
            "q".to_owned(),
            "SELECT Id, CaseId, CreatedById, CreatedDate, NewValue FROM CaseHistory WHERE Field = \
             'Status' AND CreatedDate >= 1999-01-01T00:00:00Z AND Id > '000000000000000' ORDER BY Id \
             LIMIT 2000"
                .to_owned()
        )]
    );
    let next = q(&json!({"since": "2026-03-02T09:00:00Z", "after": "0173000000D8cuI"}));
    assert!(
        next[0]
            .1
            .contains("CreatedDate >= 2026-03-02T09:00:00Z AND Id > '0173000000D8cuI'")
    );
}

#[test]
fn no_argument_leaves_its_hole() {
    let connected = Connected::salesforce();
    for (name, value) in [
        ("after", json!("x' OR Id != '")),
        ("after", json!("0173000000D8cuI' --")),
        ("after", json!("")),
        ("after", json!(7)),
        ("since", json!("2026-03-02T09:00:00Z OR Id != ''")),
        ("since", json!("LAST_N_DAYS:3")),
        ("since", json!("2026-03-02T09:00:00+00:00")),
        ("since", json!("yesterday")),
        ("q", json!("SELECT Id FROM User")),
    ] {
        let refused = connected.plan("list_status_changes", &json!({name: value}));
        let error = refused.expect_err("the argument was accepted").to_string();
        assert!(error.starts_with(&format!("{name}: ")), "{error}");
    }
}

#[test]
fn another_statement_is_no_operation() {
    let (connected, wire) = history();
    let q = "SELECT Id, CaseId, CreatedById, CreatedDate, NewValue FROM CaseHistory WHERE Field = \
             'Status' AND CreatedDate >= 2026-03-02T09:00:00Z AND Id > '0173000000D8cuI' ORDER BY Id \
             LIMIT 2000";
    assert_eq!(
        wire.query.as_deref(),
        Some(format!("q={}", encoded(q)).as_str())
    );
    for other in [
        q.replace("CaseHistory", "User"),
        q.replace("NewValue", "NewValue, OldValue"),
        q.replace("SELECT Id", "SELECT FIELDS(ALL)"),
        q.replace("WHERE Field = 'Status' AND", "WHERE"),
        q.replace("'0173000000D8cuI'", "'0173000000D8cuI' OR Id != ''"),
        q.replace("'0173000000D8cuI'", "'x' ALL ROWS"),
        q.replace("'0173000000D8cuI'", "''"),
        q.replace("LIMIT 2000", "LIMIT 2000 FOR UPDATE"),
        q.replace("LIMIT 2000", "LIMIT 2000 ALL ROWS"),
        q.replace("2026-03-02T09:00:00Z", "LAST_N_DAYS:3"),
        q.replace("2026-03-02T09:00:00Z", "2026-03-02T09:00:00.000+0000"),
        q.replace("SELECT", "select"),
        q.replace(' ', "  "),
        q.replace(' ', "\t"),
        format!("{q} "),
        "SELECT Id FROM Case".to_owned(),
        String::new(),
    ] {
        let mut bent = wire.clone();
        bent.query = Some(format!("q={}", encoded(&other)));
        assert_eq!(connected.admit(&bent), Err(Undeclared::Query), "{other}");
    }
    for query in [
        format!("q={}&q={}", encoded(q), encoded(q)),
        format!("q={}&after=0173000000D8cuI", encoded(q)),
        format!("after=0173000000D8cuI&q={}", encoded(q)),
        format!("q={}", q.replace(' ', "+")),
        "since=2026-03-02T09%3A00%3A00Z".to_owned(),
    ] {
        let mut bent = wire.clone();
        bent.query = Some(query.clone());
        assert_eq!(connected.admit(&bent), Err(Undeclared::Query), "{query}");
    }
}

/// What a token with `api` could do beside (a GET may run code).
#[test]
fn the_rest_of_the_api_is_out_of_reach() {
    let (connected, wire) = history();
    for path in [
        "/services/data/v62.0/queryAll",
        "/services/data/v62.0/tooling/query",
        "/services/data/v62.0/tooling/executeAnonymous",
        "/services/data/v62.0/composite",
        "/services/data/v62.0/actions/standard/emailSimple",
        "/services/apexrest/anything",
        "/services/data/v62.0/sobjects/User",
        "/services/data/v61.0/query",
    ] {
        for method in ["GET", "POST", "PATCH"] {
            let mut bent = wire.clone();
            (bent.path, bent.method) = (path.to_owned(), method.to_owned());
            assert_eq!(
                connected.admit(&bent),
                Err(Undeclared::Address),
                "{method} {path}"
            );
        }
    }
    let rule = connected.manifest.instance.as_ref().unwrap();
    for good in [
        "https://acme.my.salesforce.com",
        "https://acme--dev.sandbox.my.salesforce.com",
    ] {
        assert!(rule.read(good).is_ok(), "{good}");
    }
    for bad in [
        "https://salesforce.com",
        "https://my.salesforce.com",
        "https://login.salesforce.com",
        "https://acme.my.salesforce.com.evil.example",
        "https://a.b.my.salesforce.com",
        "https://acme.lightning.force.com",
        "http://acme.my.salesforce.com",
        "https://acmemy.salesforce.com",
    ] {
        assert!(rule.read(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_case_is_put_under_the_approval_that_it_has() {
    let connected = Connected::salesforce();
    let given = json!({"Subject": "Slow hand-over", "Priority": "High"});
    let planned = connected.plan("create_case", &given).unwrap();
    assert!(
        planned
            .path()
            .ends_with(&format!("/Countersign_Approval__c/{}", key()))
    );
    let body = String::from_utf8_lossy(planned.body().unwrap()).into_owned();
    assert_eq!(
        body,
        r#"{"Origin":"Web","Priority":"High","Subject":"Slow hand-over"}"#
    );
    let wire = Wire::of(&planned);
    assert_eq!(connected.admit(&wire), Ok("create_case"));
    for segment in [
        "",
        "short",
        "a%27b",
        "..",
        "apr_01jq2m5x/..",
        "apr%2501jq2m5x",
    ] {
        let mut bent = wire.clone();
        bent.path = wire.path.replace(&key().to_string(), segment);
        assert_eq!(
            connected.admit(&bent),
            Err(Undeclared::Address),
            "{segment}"
        );
    }

    let write = connected.manifest.operation("create_case").unwrap();
    let rule = write.reconcile.as_ref().unwrap();
    let read = connected.manifest.operation(&rule.operation).unwrap();
    let look_up = rule.arguments(read, &arguments(&given), &key());
    assert_eq!(look_up, arguments(&json!({"approval": key().to_string()})));
}

#[test]
fn the_next_page_begins_after_the_last_row_and_the_next_scan_at_its_moment() {
    let salesforce = Connected::salesforce().manifest;
    let operation = salesforce.operation("list_other_changes").unwrap();
    let kept = json!({"records": [
        {"Id": "0173000000D8cuIAAA", "CaseId": "500", "Field": "created",
         "CreatedDate": "2026-03-02T09:00:00.000+0000", "CreatedById": "005"},
        {"Id": "0173000000D8cuJAAB", "CaseId": "500", "Field": "Subject",
         "CreatedDate": "2026-03-02T09:05:00.000+0000", "CreatedById": "005"},
    ]});
    let next = salesforce
        .next_page(operation, &kept, None)
        .arguments(&arguments(&json!({})));
    assert_eq!(next.get("after"), Some(&json!("0173000000D8cuJAAB")));
    assert!(
        salesforce
            .next_page(operation, &json!({"records": []}), None)
            .is_last()
    );
    let rule = operation.incremental.as_ref().unwrap();
    let mark = rule.mark(None, &kept, time::macros::datetime!(2030-01-01 00:00 UTC));
    assert_eq!(mark.as_deref(), Some("2026-03-02T09:05:00Z"));
    let told = operation.extract(&kept, &arguments(&json!({})));
    assert_eq!((told.events.len(), told.ignored), (1, 1));
    assert_eq!(told.events[0].activity, "Opened");
}

fn edited(from: &str, to: &str) -> ManifestError {
    assert!(SALESFORCE.contains(from), "nothing to replace: {from}");
    Manifest::parse(&SALESFORCE.replacen(from, to, 1)).expect_err(to)
}

#[test]
fn a_statement_takes_nothing_that_anybody_writes() {
    let after = "after = { type = \"string\", max_length = 18, pattern = \"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?\", hole_of";
    for (from, to, why) in [
        (
            after,
            "after = { type = \"string\", max_length = 18, hole_of",
            "a string with a pattern",
        ),
        (
            after,
            "after = { type = \"boolean\", hole_of",
            "in a statement stands",
        ),
        (
            after,
            "after = { type = \"string\", max_length = 18, pattern = \".*\", default_of",
            "unknown field",
        ),
        ("'{after}'", "'{after}x'", "beside a hole"),
        (
            "'{after}'",
            "'{other}'",
            "no statement of this name has such a hole",
        ),
        (
            "'{after}'",
            "''",
            "no statement of this name has such a hole",
        ),
        ("{since}", "{after}", "each once"),
        ("hole_of = \"q\"", "hole_of = \"x\"", "no argument `since`"),
        (
            "default = \"1999-01-01T00:00:00Z\"",
            "default = \"ever\"",
            "may stand there",
        ),
        (
            "default = \"000000000000000\"",
            "default = \"' OR '\"",
            "may stand there",
        ),
        (
            "default = \"000000000000000\"",
            "required = true",
            "required where it has no default",
        ),
        (
            "LIMIT 2000\" }",
            "LIMIT 2000\", required = true }",
            "always sent",
        ),
        // One request would be two operations.
        (
            "SELECT Id, CaseId, CreatedById, CreatedDate, Field FROM CaseHistory WHERE Field IN ('created', 'Owner', 'ownerAssignment', 'ownerAccepted', 'ownerEscalated', 'Priority', 'closed') AND",
            "SELECT Id, CaseId, CreatedById, CreatedDate, NewValue FROM CaseHistory WHERE Field = 'Status' AND",
            "some request would be both",
        ),
    ] {
        let error = edited(from, to);
        assert!(error.problem.contains(why), "{to}: {error}");
    }
}
