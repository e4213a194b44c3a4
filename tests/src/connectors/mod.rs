//! Manifests against what apps say of their own APIs, in packages that are not ours: Google's discovery
//! documents, GitHub's OpenAPI description, the types of Linear's schema, Dropbox's routes and types, and a client of Jira's
//! API. `./dev test`
//! installs them.

mod dropbox;
mod github;
mod google;
mod jira;
mod linear;
mod schema;

use std::path::{Path, PathBuf};

use manifest::{
    Apps, Arguments, ConnectionFacts, FieldTree, HostOverrides, IdempotencyKey, Manifest,
    PlanError, PlannedRequest,
};
use serde_json::Value;

/// The folder of this repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A manifest that is shipped.
fn shipped(id: &str) -> Manifest {
    let path = root().join(format!("connectors/{id}.toml"));
    Apps::check(&std::fs::read_to_string(path).unwrap(), &[]).unwrap()
}

/// What a planner knows of an app that is in one place.
fn no_overrides() -> HostOverrides {
    HostOverrides::default()
}

/// A call of an operation, with a key where it takes one.
fn planned(manifest: &Manifest, id: &str, given: &Value) -> PlannedRequest {
    let operation = manifest.operation(id).unwrap();
    let hosts = no_overrides();
    let facts = ConnectionFacts {
        instance: None,
        hosts: &hosts,
    };
    let given = Arguments::try_from(given).unwrap();
    match PlannedRequest::plan(operation, &facts, &given, None) {
        Err(PlanError::Key { needed: true }) => {
            let key: IdempotencyKey = "apr_01jq2m5x8e9f0g1h2j3k4m5n6p".parse().unwrap();
            PlannedRequest::plan(operation, &facts, &given, Some(&key)).unwrap()
        }
        other => other.unwrap(),
    }
}

/// Whether a path is one of a template's, whose holes are in braces.
fn fits(template: &str, path: &str) -> bool {
    let (one, other): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let same = |(one, other): (&&str, &&str)| one.starts_with('{') || one == other;
    one.len() == other.len() && one.iter().zip(&other).all(same)
}

/// Every place that is kept of an answer, as its names from the top.
fn kept(tree: &FieldTree) -> Vec<Vec<String>> {
    match tree {
        FieldTree::Scalar | FieldTree::Probe => vec![Vec::new()],
        FieldTree::Items(items) | FieldTree::Chosen { items, .. } => kept(items),
        FieldTree::Object(members) => {
            let below = members.iter().flat_map(|(name, tree)| {
                let paths = kept(tree).into_iter();
                paths.map(move |path| [vec![name.clone()], path].concat())
            });
            below.collect()
        }
    }
}
