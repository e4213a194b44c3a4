//! The published format of manifests, read by a validator of JSON Schema that is not ours.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::root;

/// Tells of each document whether the schema admits it.
const PROGRAM: &str = "
import json, sys, jsonschema_rs
schema, documents = json.load(sys.stdin)
jsonschema_rs.meta.validate(schema)
validator = jsonschema_rs.Draft202012Validator(schema)
json.dump([validator.is_valid(document) for document in documents], sys.stdout)
";

fn admitted(documents: &[Value]) -> Vec<bool> {
    // The fuzzer of the API brings the validator.
    let python = root().join("target/api-fuzzer/bin/python");
    assert!(
        python.exists(),
        "run ./dev test, which installs a validator of JSON Schema"
    );
    let mut child = Command::new(python)
        .args(["-c", PROGRAM])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let told = json!([manifest::json_schema(), documents]).to_string();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(told.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn document(text: &str) -> Value {
    toml::from_str::<toml::Value>(text)
        .map(|value| serde_json::to_value(value).unwrap())
        .unwrap()
}

#[test]
fn every_manifest_passes_the_published_schema_and_the_check() {
    let mut documents = Vec::new();
    for entry in std::fs::read_dir(root().join("connectors")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let checked = manifest::Apps::check(&text, &[]);
        assert!(checked.is_ok(), "{}: {checked:?}", path.display());
        documents.push(document(&text));
    }
    assert!(documents.len() >= 16);
    assert_eq!(admitted(&documents), vec![true; documents.len()]);
}

#[test]
fn what_the_reader_does_not_know_the_schema_does_not_admit() {
    let tracker = std::fs::read_to_string(root().join("connectors/tracker.toml")).unwrap();
    let edits = [
        ("format = 1", "format = 1\nsurprise = 1"),
        ("format = 1", "format = \"1\""),
        ("method = \"GET\"", "method = \"DELETE\""),
        ("class = \"read\"", "class = \"admin\""),
        ("pkce = \"required\"", "pkce = \"plain\""),
        ("pkce = \"required\"", "pkce = true"),
        ("type = \"string\"", "type = \"text\""),
        ("max_length = 200", "max_lenght = 200"),
        ("kind = \"cursor\"", "kind = \"guess\""),
    ];
    let documents: Vec<_> = edits
        .iter()
        .map(|(from, to)| {
            let edited = tracker.replacen(from, to, 1);
            assert_ne!(edited, tracker, "{from}");
            assert!(manifest::Manifest::parse(&edited).is_err(), "{to}");
            document(&edited)
        })
        .collect();
    assert_eq!(admitted(&documents), vec![false; documents.len()]);
}
