use std::collections::BTreeMap;
use std::sync::Arc;

use crypto::digest::{Digest, sha256};
use serde::Deserialize;

use crate::{Manifest, ManifestError};

/// The apps that this server knows: one set for the pages that explain and the broker that enforces.
#[derive(Debug, Clone, Default)]
pub struct Apps(Arc<BTreeMap<String, App>>);

#[derive(Debug)]
struct App {
    manifest: Manifest,
    digest: Digest,
}

/// Why a set of manifests does not hold.
#[derive(Debug, thiserror::Error)]
pub enum AppsError {
    /// A manifest that does not hold; the source points at the line.
    #[error("{file} is no connector manifest")]
    Manifest {
        /// The file's name.
        file: String,
        /// What is wrong, with line and column.
        #[source]
        source: ManifestError,
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
const BUILT_IN: [(&str, &str); 16] = [
    (
        "connectors/dropbox.toml",
        include_str!("../../../connectors/dropbox.toml"),
    ),
    (
        "connectors/github.toml",
        include_str!("../../../connectors/github.toml"),
    ),
    (
        "connectors/github-app.toml",
        include_str!("../../../connectors/github-app.toml"),
    ),
    (
        "connectors/github-token.toml",
        include_str!("../../../connectors/github-token.toml"),
    ),
    (
        "connectors/gmail.toml",
        include_str!("../../../connectors/gmail.toml"),
    ),
    (
        "connectors/google-calendar.toml",
        include_str!("../../../connectors/google-calendar.toml"),
    ),
    (
        "connectors/imap.toml",
        include_str!("../../../connectors/imap.toml"),
    ),
    (
        "connectors/jira.toml",
        include_str!("../../../connectors/jira.toml"),
    ),
    (
        "connectors/linear.toml",
        include_str!("../../../connectors/linear.toml"),
    ),
    (
        "connectors/redmine.toml",
        include_str!("../../../connectors/redmine.toml"),
    ),
    (
        "connectors/salesforce.toml",
        include_str!("../../../connectors/salesforce.toml"),
    ),
    (
        "connectors/slack.toml",
        include_str!("../../../connectors/slack.toml"),
    ),
    (
        "connectors/smtp.toml",
        include_str!("../../../connectors/smtp.toml"),
    ),
    (
        "connectors/telegram.toml",
        include_str!("../../../connectors/telegram.toml"),
    ),
    (
        "connectors/tracker.toml",
        include_str!("../../../connectors/tracker.toml"),
    ),
    (
        "connectors/zendesk.toml",
        include_str!("../../../connectors/zendesk.toml"),
    ),
];

/// What a manifest is called, whatever else it says.
#[derive(Deserialize)]
struct Head {
    id: String,
}

/// The texts of manifests by their names, as far as they have any.
fn texts<'a>(all: impl Iterator<Item = &'a str>) -> BTreeMap<String, &'a str> {
    let named = all.filter_map(|text| Some((toml::from_str::<Head>(text).ok()?.id, text)));
    named.collect()
}

impl Apps {
    /// The built-in apps and those in `files`, given as names and texts.
    pub fn new(files: &[(String, String)]) -> Result<Self, AppsError> {
        let given = files
            .iter()
            .map(|(file, text)| (file.as_str(), text.as_str()));
        Self::of(BUILT_IN.iter().copied().chain(given))
    }

    /// Exactly the apps of these files.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, AppsError> {
        let files: Vec<(&str, &str)> = files.into_iter().collect();
        let texts = texts(files.iter().map(|(_, text)| *text));
        let mut apps = BTreeMap::new();
        for (file, text) in files {
            let others = |id: &str| texts.get(id).copied();
            let manifest =
                Manifest::parse_among(text, others).map_err(|source| AppsError::Manifest {
                    file: file.to_owned(),
                    source,
                })?;
            let id = manifest.id.clone();
            // What may be asked of the app is a part of its rules, wherever it is written.
            let base = manifest.operations_of.as_deref().and_then(others);
            let app = App {
                digest: match base {
                    Some(base) => {
                        sha256(&[sha256(text.as_bytes()), sha256(base.as_bytes())].concat())
                    }
                    None => sha256(text.as_bytes()),
                },
                manifest,
            };
            if apps.insert(id.clone(), app).is_some() {
                return Err(AppsError::Twice {
                    file: file.to_owned(),
                    id,
                });
            }
        }
        Ok(Self(Arc::new(apps)))
    }

    /// Checks a manifest that may take its operations from a built-in one, or from one of `given`.
    ///
    /// # Errors
    /// As [`Manifest::parse_among`].
    pub fn check(text: &str, given: &[String]) -> Result<Manifest, ManifestError> {
        let built_in = BUILT_IN.iter().map(|(_, text)| *text);
        let texts = texts(built_in.chain(given.iter().map(String::as_str)));
        Manifest::parse_among(text, |id| texts.get(id).copied())
    }

    /// The app of that name.
    pub fn get(&self, id: &str) -> Option<&Manifest> {
        self.0.get(id).map(|app| &app.manifest)
    }

    /// SHA-256 of the app's manifest: the version of the rules that a proposal was made under.
    pub fn digest(&self, id: &str) -> Option<&Digest> {
        self.0.get(id).map(|app| &app.digest)
    }

    /// All of them, by name.
    pub fn all(&self) -> impl Iterator<Item = &Manifest> {
        self.0.values().map(|app| &app.manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_manifests_hold_and_no_name_is_taken_twice() {
        let apps = Apps::new(&[]).unwrap();
        assert!(apps.get("github").is_some() && apps.digest("tracker").is_some());
        let again = [("mine.toml".to_owned(), BUILT_IN[0].1.to_owned())];
        assert!(matches!(Apps::new(&again), Err(AppsError::Twice { .. })));
    }
}
