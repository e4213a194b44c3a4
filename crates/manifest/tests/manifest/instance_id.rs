//! Apps that call each of their instances by an identifier, which they are asked for by its address.

use manifest::{FactsError, Manifest, ManifestError, PlanError, Undeclared};
use serde_json::{Value, json};

use crate::support::{Connected, SITE, Wire};

const JIRA: &str = include_str!("../../../../connectors/jira.toml");
const OTHER: &str = "99999999-a1b2-4c3d-8e9f-0a1b2c3d4e5f";

fn jira() -> Connected {
    Connected::shipped("jira")
}

#[test]
fn a_request_is_for_the_instance_of_its_connection_and_no_other() {
    let jira = jira();
    let given = json!({"project": "SHOP"});
    let planned = jira.plan("list_issues", &given).unwrap();
    assert_eq!(
        planned.path(),
        format!("/ex/jira/{SITE}/rest/api/3/search/jql")
    );
    let wire = Wire::of(&planned);
    assert_eq!(jira.admit(&wire), Ok("list_issues"));
    for other in [OTHER, "..", "", &SITE.to_uppercase(), "acme"] {
        let mut bent = wire.clone();
        bent.path = bent.path.replace(SITE, other);
        assert_eq!(jira.admit(&bent), Err(Undeclared::Address), "{other}");
    }
    for name in ["site", "instance_id", "cloudId"] {
        let mut given = given.clone();
        given[name] = json!(OTHER);
        assert!(matches!(
            jira.plan("list_issues", &given),
            Err(PlanError::Argument(_))
        ));
    }
    let schema = jira.manifest.operation("list_issues").unwrap().schema();
    assert_eq!(schema["properties"]["site"], Value::Null);
}

#[test]
fn nothing_is_called_before_the_app_named_the_instance() {
    let mut jira = jira();
    let wire = Wire::of(
        &jira
            .plan("list_issues", &json!({"project": "SHOP"}))
            .unwrap(),
    );
    let rule = jira.manifest.instance.as_ref().unwrap();
    let unnamed = rule.read(rule.example()).unwrap();
    for kept in [None, Some(""), Some(".."), Some("acme"), Some("11223344")] {
        jira.instance = Some(rule_of(&jira).with_id(unnamed.clone(), kept));
        let planned = jira.plan("list_issues", &json!({"project": "SHOP"}));
        assert!(
            matches!(
                planned,
                Err(PlanError::Connection(FactsError::NoInstanceId))
            ),
            "{kept:?}"
        );
        assert_eq!(jira.admit(&wire), Err(Undeclared::Address));
        assert!(jira.plan("list_sites", &json!({})).is_ok());
    }
}

fn rule_of(connected: &Connected) -> &manifest::InstanceRule {
    connected.manifest.instance.as_ref().unwrap()
}

#[test]
fn the_identifier_is_that_of_the_address_which_a_person_gave() {
    let jira = jira();
    let rule = rule_of(&jira);
    let instance = rule.read("https://acme.atlassian.net").unwrap();
    let site = |url: &str, id: &str| json!({"url": url, "id": id});
    let acme = "https://acme.atlassian.net";
    for good in [
        json!([site(acme, SITE)]),
        json!([site("https://other.atlassian.net", OTHER), site(acme, SITE)]),
        json!([site("https://acme.atlassian.net/", SITE)]),
        json!([site(acme, SITE), site(acme, SITE)]),
        json!([null, {}, {"url": 7}, site("no address", OTHER), site(acme, SITE)]),
    ] {
        assert_eq!(rule.id_in(&instance, &good).as_deref(), Ok(SITE), "{good}");
    }
    for bad in [
        json!([]),
        json!({}),
        Value::Null,
        json!([site("https://other.atlassian.net", SITE)]),
        json!([site("https://acme.atlassian.net.evil.example", SITE)]),
        json!([site("http://acme.atlassian.net", SITE)]),
        json!([site("https://acme.atlassian.net/other", SITE)]),
        json!([site("https://acme.atlassian.net:8443", SITE)]),
        json!([site(acme, "")]),
        json!([site(acme, "../../oauth/token")]),
        json!([{"url": acme}]),
        json!([{"url": acme, "id": 7}]),
        json!([site(acme, SITE), site(acme, OTHER)]),
        json!([site(acme, SITE), {"url": acme}]),
    ] {
        assert!(rule.id_in(&instance, &bad).is_err(), "{bad}");
    }
}

/// The error after one edit of Jira's manifest, which must change something.
fn edited(from: &str, to: &str) -> ManifestError {
    assert!(JIRA.contains(from), "nothing to replace: {from}");
    Manifest::parse(&JIRA.replacen(from, to, 1)).expect_err(to)
}

#[test]
fn the_app_is_asked_by_a_read_that_keeps_what_it_is_asked_for() {
    let asked = r#"operation = "list_sites""#;
    for other in ["list_nothing", "create_issue", "list_issues"] {
        let error = edited(asked, &format!("operation = \"{other}\""));
        assert!(
            error.problem.contains("a declared read"),
            "{other}: {error}"
        );
    }
    for (from, to, why) in [
        ("each = \"[]\"\nurl", "each = \"sites\"\nurl", "ends in []"),
        ("url = \"url\"", "url = \"name\"", "does not keep"),
        (
            "id = \"id\"\npattern",
            "id = \"self\"\npattern",
            "does not keep",
        ),
        ("[0-9a-f]{8}(", "[0-9a-f]{8}(?i)(", "groups are plain"),
        (
            "site = { instance_id = true }",
            "site = { instance_id = false }",
            "belongs to",
        ),
        (
            "site = { instance_id = true }",
            "site = { instance_id = true, type = \"moment\" }",
            "one of",
        ),
        (
            "project = { type = \"string\", max_length = 255, pattern = \"[A-Z][A-Z0-9_]+\", hole_of = \"jql\"",
            "project = { instance_id = true, hole_of = \"jql\"",
            "one of",
        ),
        (
            "maxResults = { fixed = 100 }",
            "maxResults = { instance_id = true }",
            "part of the path",
        ),
    ] {
        let error = edited(from, to);
        assert!(error.problem.contains(why), "{to}: {error}");
    }
    let (unscanned, _) = JIRA.split_once("[[scan.steps]]").unwrap();
    let given = r#"{ type = "string", max_length = 40 }"#;
    let unnamed = unscanned.replace("{ instance_id = true }", given);
    let error = Manifest::parse(&unnamed).unwrap_err();
    assert!(
        error.problem.contains("nothing uses `instance_id`"),
        "{error}"
    );
    let (before, rest) = JIRA.split_once("[instance.id]").unwrap();
    let (_, after) = rest.split_once("[api]").unwrap();
    let error = Manifest::parse(&format!("{before}[api]{after}")).unwrap_err();
    assert!(error.problem.contains("[instance.id] says how"), "{error}");
}
