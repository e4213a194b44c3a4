use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// The workspace and the tree of what it depends on, as cargo tells.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// Where the root Cargo.toml is.
    pub(crate) root: PathBuf,
    /// Its crates.
    pub(crate) crates: Vec<Member>,
    /// What comes from elsewhere.
    pub(crate) outside: Vec<Outside>,
}

/// A crate of the workspace.
#[derive(Debug)]
pub(crate) struct Member {
    /// Its name.
    pub(crate) name: String,
    /// Where its Cargo.toml is.
    pub(crate) folder: PathBuf,
    /// What it depends on.
    pub(crate) uses: Vec<Use>,
    /// Dependencies that are used without their name in the code, by its own word.
    pub(crate) used_unseen: BTreeSet<String>,
}

/// A dependency of a crate of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Use {
    /// The name in Cargo.toml.
    pub(crate) name: String,
    /// The name of the package, which is another where it was renamed.
    pub(crate) package: String,
    /// Normal, for tests, or for the build script.
    pub(crate) kind: DependencyKind,
}

/// A package from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Outside {
    /// Its name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// The part of the version that promises compatibility: `1`, `0.8`, `0.0.3`.
    pub(crate) major: String,
    /// Its licence, as it says.
    pub(crate) licence: Option<String>,
}

/// Why nothing could be checked.
#[derive(Debug)]
pub(crate) enum WorkspaceError {
    /// cargo does not tell.
    Cargo(cargo_metadata::Error),
    /// A file cannot be read.
    File(PathBuf, io::Error),
    /// The result cannot be written.
    Output(io::Error),
}

impl std::fmt::Display for WorkspaceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cargo(error) => write!(f, "cargo metadata: {error}"),
            Self::File(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Output(error) => write!(f, "cannot write the result: {error}"),
        }
    }
}

impl Workspace {
    /// The workspace that this was built in.
    pub(crate) fn read() -> Result<Self, WorkspaceError> {
        // Where cargo is called from does not matter: xtask knows its own place.
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let metadata = MetadataCommand::new().manifest_path(manifest).exec();
        metadata
            .map(|metadata| Self::of(&metadata))
            .map_err(WorkspaceError::Cargo)
    }

    /// The workspace of `metadata`.
    pub(crate) fn of(metadata: &Metadata) -> Self {
        let ours: BTreeSet<_> = metadata.workspace_members.iter().collect();
        let (members, outside): (Vec<_>, Vec<_>) = metadata
            .packages
            .iter()
            .partition(|package| ours.contains(&package.id));
        Self {
            root: metadata.workspace_root.clone().into(),
            crates: members.into_iter().map(member).collect(),
            outside: outside.into_iter().map(outsider).collect(),
        }
    }
}

/// The text of the file at `path`.
pub(crate) fn read_text(path: &Path) -> Result<String, WorkspaceError> {
    fs::read_to_string(path).map_err(|error| WorkspaceError::File(path.to_owned(), error))
}

/// All files with this extension below `folder`, in order; the file itself where it is one, and none
/// where there is nothing.
pub(crate) fn files_below(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, WorkspaceError> {
    let failed = |error| WorkspaceError::File(folder.to_owned(), error);
    if !folder.is_dir() {
        return Ok(folder
            .is_file()
            .then(|| folder.to_owned())
            .into_iter()
            .collect());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            found.extend(files_below(&path, extension)?);
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn member(package: &Package) -> Member {
    let uses = package.dependencies.iter().map(|dependency| Use {
        name: dependency
            .rename
            .clone()
            .unwrap_or_else(|| dependency.name.clone()),
        package: dependency.name.clone(),
        kind: dependency.kind,
    });
    let unseen = package.metadata.pointer("/cargo-machete/ignored");
    let unseen = unseen
        .and_then(|list| list.as_array())
        .into_iter()
        .flatten();
    Member {
        name: package.name.to_string(),
        folder: package
            .manifest_path
            .parent()
            .map(Into::into)
            .unwrap_or_default(),
        uses: uses.collect(),
        used_unseen: unseen
            .filter_map(|name| name.as_str())
            .map(str::to_owned)
            .collect(),
    }
}

fn outsider(package: &Package) -> Outside {
    let version = &package.version;
    let major = match (version.major, version.minor, version.patch) {
        (0, 0, patch) => format!("0.0.{patch}"),
        (0, minor, _) => format!("0.{minor}"),
        (major, ..) => major.to_string(),
    };
    Outside {
        name: package.name.to_string(),
        version: version.to_string(),
        major,
        licence: package.license.clone(),
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    use serde_json::{Value, json};

    use super::*;

    /// A dependency in a fixture: its name and `normal`, `dev` or `build`.
    pub(crate) type Arrow<'a> = (&'a str, &'a str);

    fn package(name: &str, version: &str, licence: Option<&str>, arrows: &[Arrow]) -> Value {
        let dependencies = arrows.iter().map(|(name, kind)| {
            json!({
                "name": name, "source": null, "req": "*", "kind": (*kind != "normal").then_some(kind),
                "rename": null, "optional": false, "uses_default_features": true, "features": [],
                "target": null, "registry": null,
            })
        });
        json!({
            "name": name, "version": version, "id": format!("{name} {version}"), "license": licence,
            "dependencies": dependencies.collect::<Vec<_>>(), "targets": [], "features": {},
            "manifest_path": format!("/nowhere/{name}/Cargo.toml"), "metadata": null,
        })
    }

    /// A workspace as cargo would tell it.
    pub(crate) fn workspace(
        members: &[(&str, &[Arrow])],
        outside: &[(&str, &str, Option<&str>)],
    ) -> Workspace {
        let ours = members
            .iter()
            .map(|(name, arrows)| package(name, "0.1.0", None, arrows));
        let others = outside
            .iter()
            .map(|(name, version, licence)| package(name, version, *licence, &[]));
        let text = json!({
            "packages": ours.chain(others).collect::<Vec<_>>(),
            "workspace_members": members.iter().map(|(name, _)| format!("{name} 0.1.0")).collect::<Vec<_>>(),
            "resolve": null, "workspace_root": "/nowhere", "target_directory": "/nowhere/target",
            "version": 1, "metadata": null,
        });
        Workspace::of(&MetadataCommand::parse(text.to_string()).unwrap())
    }

    #[test]
    fn cargo_metadata_is_read() {
        let workspace = workspace(
            &[("web", &[("db", "normal"), ("testkit", "dev")])],
            &[
                ("tokio", "1.47.0", Some("MIT")),
                ("rand", "0.9.2", None),
                ("odd", "0.0.3", None),
            ],
        );
        let [web] = workspace.crates.as_slice() else {
            panic!("one crate")
        };
        assert_eq!(
            (web.name.as_str(), web.folder.as_path()),
            ("web", Path::new("/nowhere/web"))
        );
        assert_eq!(web.uses[1].kind, DependencyKind::Development);
        let majors: Vec<_> = workspace
            .outside
            .iter()
            .map(|found| found.major.as_str())
            .collect();
        assert_eq!(majors, ["1", "0.9", "0.0.3"]);
    }
}
