use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use manifest::Manifest;

/// The manifests that this server knows: those in the binary, and those in the operator's folder.
#[derive(Debug, Clone, Default)]
pub struct Apps(Arc<BTreeMap<String, Manifest>>);

/// Why a folder of manifests could not be read.
#[derive(Debug, thiserror::Error)]
pub enum AppsError {
    /// The folder or a file in it.
    #[error("{path} cannot be read", path = path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A manifest that does not hold; the text points at the line.
    #[error("{file}: {problem}")]
    Manifest {
        /// The file's name.
        file: String,
        /// What is wrong, with line and column.
        problem: String,
    },
    /// Two manifests of one name.
    #[error("{file}: there is an app named {id} already")]
    Twice {
        /// The second file.
        file: String,
        /// The app.
        id: String,
    },
}

/// The manifests that come with the binary.
const BUILT_IN: [(&str, &str); 2] = [
    ("github.toml", include_str!("../../../connectors/github.toml")),
    ("tracker.toml", include_str!("../../../connectors/tracker.toml")),
];

impl Apps {
    /// The built-in apps and those in `folder`, if one is given.
    pub fn load(folder: Option<&Path>) -> Result<Self, AppsError> {
        let mut apps = BTreeMap::new();
        for (file, text) in BUILT_IN {
            add(&mut apps, file, text)?;
        }
        if let Some(folder) = folder {
            for path in manifests_in(folder)? {
                let text = std::fs::read_to_string(&path)
                    .map_err(|source| AppsError::Unreadable { path: path.clone(), source })?;
                add(&mut apps, &path.to_string_lossy(), &text)?;
            }
        }
        Ok(Self(Arc::new(apps)))
    }

    /// The app of that name.
    pub fn get(&self, id: &str) -> Option<&Manifest> {
        self.0.get(id)
    }

    /// All of them, by name.
    pub fn all(&self) -> impl Iterator<Item = &Manifest> {
        self.0.values()
    }
}

fn manifests_in(folder: &Path) -> Result<Vec<PathBuf>, AppsError> {
    let unreadable = |source| AppsError::Unreadable { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn add(apps: &mut BTreeMap<String, Manifest>, file: &str, text: &str) -> Result<(), AppsError> {
    let manifest = Manifest::parse(text).map_err(|error| AppsError::Manifest {
        file: file.to_owned(),
        problem: error.to_string(),
    })?;
    let id = manifest.id.clone();
    if apps.insert(id.clone(), manifest).is_some() {
        return Err(AppsError::Twice { file: file.to_owned(), id });
    }
    Ok(())
}
