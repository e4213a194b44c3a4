use std::path::{Path, PathBuf};

use manifest::{Apps, AppsError};

/// Why the apps could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadAppsError {
    /// The folder or a file in it.
    #[error("{path} cannot be read", path = path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// What was read does not hold.
    #[error(transparent)]
    Apps(#[from] AppsError),
}

/// The built-in apps, and those whose manifests lie in `folder`.
pub fn load_apps(folder: Option<&Path>) -> Result<Apps, LoadAppsError> {
    let mut files = Vec::new();
    for path in folder.map(manifests_in).transpose()?.unwrap_or_default() {
        match std::fs::read_to_string(&path) {
            Ok(text) => files.push((path.to_string_lossy().into_owned(), text)),
            Err(source) => return Err(LoadAppsError::Unreadable { path, source }),
        }
    }
    Ok(Apps::new(&files)?)
}

fn manifests_in(folder: &Path) -> Result<Vec<PathBuf>, LoadAppsError> {
    let unreadable = |source| LoadAppsError::Unreadable {
        path: folder.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESK: &str = include_str!("../../../connectors/zendesk.toml");

    #[test]
    fn a_manifest_in_the_folder_is_an_app_and_other_files_are_none() {
        let folder = tempfile::tempdir().unwrap();
        let desk = DESK.replacen("id = \"zendesk\"", "id = \"desk\"", 1);
        std::fs::write(folder.path().join("desk.toml"), &desk).unwrap();
        std::fs::write(folder.path().join("notes.md"), "not a manifest").unwrap();
        let apps = load_apps(Some(folder.path())).unwrap();
        assert!(apps.get("desk").is_some() && apps.get("zendesk").is_some());
        assert_eq!(
            apps.all().count(),
            load_apps(None).unwrap().all().count() + 1
        );

        let broken = desk.replacen("method = \"GET\"", "method = \"DELETE\"", 1);
        std::fs::write(folder.path().join("desk.toml"), broken).unwrap();
        let error = load_apps(Some(folder.path())).unwrap_err();
        assert!(error.to_string().contains("desk.toml"), "{error}");
    }
}
