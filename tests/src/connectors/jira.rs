//! Jira Cloud, as the npm package `jira.js` describes it, which is made from Atlassian's description of its API. It has
//! paths, parameters and fields; of scopes it says nothing.

use manifest::{
    Arguments, Class, ConnectionFacts, IdempotencyKey, InstanceUrl, Manifest, PlannedRequest,
};
use serde_json::{Value, json};

use super::{kept, no_overrides, root, shipped};

const SITE: &str = "11223344-a1b2-4c3d-8e9f-0a1b2c3d4e5f";

fn package(file: &str) -> String {
    let folder = root().join("tests/providers/node_modules/jira.js/src/cloud");
    assert!(
        folder.exists(),
        "run ./dev test, which installs what is known of Jira's API"
    );
    std::fs::read_to_string(folder.join(file)).unwrap()
}

/// A call as the package has it.
struct Known {
    method: String,
    url: String,
    query: Vec<String>,
    body: Vec<String>,
    /// The schema of the answer; nothing where the package takes what comes.
    schema: Option<String>,
}

/// The calls in a file of the package.
fn calls(file: &str) -> Vec<Known> {
    let text = package(file);
    let parts: Vec<_> = text.split("\n    url: ").skip(1).collect();
    let more = text.split("\n      url: ").skip(1);
    parts.into_iter().chain(more).map(known).collect()
}

fn known(text: &str) -> Known {
    let (url, _) = text.split_once(",\n").unwrap();
    let (text, _) = text
        .split_once("\n  };")
        .or_else(|| text.split_once("});"))
        .unwrap();
    let field = |name: &str| {
        let (_, rest) = text.split_once(&format!(" {name}: "))?;
        rest.split([',', '\n']).next()
    };
    let names = |name: &str| {
        let rest = text
            .split_once(&format!(" {name}: {{"))
            .map(|(_, rest)| rest);
        let inside = rest.and_then(|rest| rest.split_once('}'));
        let lines = inside.map_or("", |(inside, _)| inside).split(',');
        let named = lines.filter_map(|line| line.split_once(':'));
        named.map(|(name, _)| name.trim().to_owned()).collect()
    };
    Known {
        method: field("method").unwrap().trim_matches('\'').to_owned(),
        url: url.trim_matches(['\'', '`']).to_owned(),
        query: names("searchParams"),
        body: names("body"),
        schema: field("schema").map(str::to_owned),
    }
}

/// Whether a schema of the package has what these names lead to. Below a record is whatever a site has put there.
fn has(schema: &str, path: &[String]) -> bool {
    let Some((name, rest)) = path.split_first() else {
        return true;
    };
    let name_of = |schema: &str| {
        let bare = schema.trim_end_matches("Schema");
        let mut letters = bare.chars();
        let first = letters.next().unwrap().to_ascii_lowercase();
        format!("models/{first}{}.ts", letters.as_str())
    };
    let file = if schema.starts_with("page(") {
        "models/page.ts".to_owned()
    } else {
        name_of(schema)
    };
    let text = package(&file);
    let line = text
        .lines()
        .find_map(|line| line.trim().strip_prefix(&format!("{name}: ")));
    let Some(kind) = line else { return false };
    if kind.starts_with("z.record(") {
        return true;
    }
    if kind.starts_with("z.array(item)") {
        return has(
            schema.trim_start_matches("page(").trim_end_matches(')'),
            rest,
        );
    }
    let inner = kind.trim_start_matches("z.array(");
    let inner = inner.split(['.', ')', ',']).next().unwrap();
    if inner.ends_with("Schema") {
        has(inner, rest)
    } else {
        rest.is_empty() && kind.starts_with("z.")
    }
}

/// Which file has the operation's call, and the schema of its answer.
fn place(operation: &str) -> (Value, &'static str, &'static str) {
    match operation {
        "list_issues" => (
            json!({ "project": "SHOP", "nextPageToken": "CAEaAggD" }),
            "api/issueSearch.ts",
            "SearchAndReconcileResultsSchema",
        ),
        "find_created_issue" => (
            json!({ "nextPageToken": "CAEaAggD" }),
            "api/issueSearch.ts",
            "SearchAndReconcileResultsSchema",
        ),
        "list_issue_changes" => (
            json!({ "issue": "SHOP-1", "startAt": 100 }),
            "api/issues.ts",
            "page(ChangelogSchema)",
        ),
        "create_issue" => (
            json!({ "project": "SHOP", "issue_type": "Task", "summary": "s", "description": "d" }),
            "api/issues.ts",
            "CreatedIssueSchema",
        ),
        other => panic!("no sample of {other}"),
    }
}

fn planned(manifest: &Manifest, id: &str) -> PlannedRequest {
    let rule = manifest.instance.as_ref().unwrap();
    let instance: InstanceUrl = rule.with_id(rule.read(rule.example()).unwrap(), Some(SITE));
    let hosts = no_overrides();
    let facts = ConnectionFacts {
        instance: Some(&instance),
        hosts: &hosts,
    };
    let operation = manifest.operation(id).unwrap();
    let key: IdempotencyKey = "apr_01jq2m5x8e9f0g1h2j3k4m5n6p".parse().unwrap();
    let key = Some(&key).filter(|_| operation.class == Class::Write);
    let given = Arguments::try_from(&place(id).0).unwrap();
    PlannedRequest::plan(operation, &facts, &given, key).unwrap()
}

/// Whether two paths are one, where a segment of the package's may be a hole.
fn same_path(url: &str, path: &str) -> bool {
    let (one, other): (Vec<_>, Vec<_>) = (url.split('/').collect(), path.split('/').collect());
    let same = |(one, other): (&&str, &&str)| one.starts_with("${") || one == other;
    one.len() == other.len() && one.iter().zip(&other).all(same)
}

#[test]
fn every_operation_is_a_call_of_jira_with_its_parameters_and_fields() {
    let manifest = shipped("jira");
    // Which sites there are is told by Atlassian's own host, of which the package knows nothing.
    let of_jira = manifest.operations().filter(|one| one.id != "list_sites");
    for operation in of_jira {
        let id = &operation.id;
        let request = planned(&manifest, id);
        let (_, file, schema) = place(id);
        let path = request.path().strip_prefix(&format!("/ex/jira/{SITE}"));
        let path = path.unwrap();
        let all = calls(file);
        let call = all
            .iter()
            .find(|call| call.method == request.method().as_str() && same_path(&call.url, path));
        let call = call.unwrap_or_else(|| panic!("{id}: Jira has no {path}"));
        for (key, _) in request.query() {
            assert!(call.query.contains(key), "{path} has no query key {key}");
        }
        if let Some(body) = request.body() {
            let body: Value = serde_json::from_slice(body).unwrap();
            for name in body.as_object().unwrap().keys() {
                assert!(call.body.contains(name), "{path} takes no {name}");
            }
        }
        // The second version of the API answers as the third does.
        if let Some(told) = &call.schema {
            let bare = schema.trim_start_matches("page(").trim_end_matches(')');
            assert!(told.contains(bare.trim_end_matches("Schema")), "{told}");
        }
        for path in kept(&operation.response) {
            assert!(has(schema, &path), "{schema}: {path:?}");
        }
    }
}

/// What the check above would not notice if it looked nowhere.
#[test]
fn what_jira_does_not_have_is_not_found() {
    for (schema, path) in [
        ("SearchAndReconcileResultsSchema", "issues.body"),
        ("SearchAndReconcileResultsSchema", "total"),
        ("page(ChangelogSchema)", "values.items.texts"),
        ("page(ChangelogSchema)", "values.author.login"),
        ("page(ChangelogSchema)", "values.items"),
        ("CreatedIssueSchema", "number"),
    ] {
        let path: Vec<_> = path.split('.').map(str::to_owned).collect();
        let is_list = path == ["values", "items"];
        assert_eq!(has(schema, &path), is_list, "{schema} {path:?}");
    }
    let removed = calls("api/issueSearch.ts");
    assert!(!removed.iter().any(|call| call.url == "/rest/api/3/search"));
}

/// The property by which an issue is found again is one of the call that opens it, and of the one that looks.
#[test]
fn the_mark_of_a_write_is_where_the_look_up_asks_for_it() {
    let manifest = shipped("jira");
    let body: Value =
        serde_json::from_slice(planned(&manifest, "create_issue").body().unwrap()).unwrap();
    let property = &body["properties"][0];
    assert_eq!(
        property["value"],
        json!({ "approval": "apr_01jq2m5x8e9f0g1h2j3k4m5n6p" })
    );
    for name in property.as_object().unwrap().keys() {
        assert!(
            has("EntityPropertySchema", std::slice::from_ref(name)),
            "{name}"
        );
    }
    let asked = planned(&manifest, "find_created_issue");
    let named = (
        "properties".to_owned(),
        property["key"].as_str().unwrap().to_owned(),
    );
    assert!(asked.query().contains(&named));
}
