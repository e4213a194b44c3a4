//! Manifests against what apps say of their own APIs, in packages that are not ours: Google's discovery
//! documents, the types of Linear's schema, Dropbox's routes and types, and a client of Jira's API. `./dev test`
//! installs them.

mod dropbox;
mod google;
mod jira;
mod linear;
mod schema;

use std::path::{Path, PathBuf};

use manifest::{FieldTree, HostOverrides, Manifest};

/// The folder of this repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A manifest that is shipped.
fn shipped(id: &str) -> Manifest {
    let path = root().join(format!("connectors/{id}.toml"));
    Manifest::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// What a planner knows of an app that is in one place.
fn no_overrides() -> HostOverrides {
    HostOverrides::default()
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
