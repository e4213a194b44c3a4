use std::collections::BTreeMap;
use std::time::Duration;

use crate::address::Endpoint;
use crate::answer::{FieldPath, FieldTree};
use crate::request::Arguments;

/// An app that signs for itself: the key that people paste, and how a token of an installation is asked for with it.
#[derive(Debug)]
pub struct AppKeyRule {
    /// What the provider calls the key: `Private key`.
    pub label: String,
    /// Where people find it, in words.
    pub place: String,
    /// What the provider calls the app's identifier.
    pub app_label: String,
    /// What the provider calls the identifier of where it is installed.
    pub installation_label: String,
    /// How long an assertion under the key is good for.
    pub lifetime: Duration,
    /// How tokens are asked for.
    pub token: InstallationTokenRule,
}

/// How a token of an installation is asked for, and where in the answer things are.
#[derive(Debug)]
pub struct InstallationTokenRule {
    /// Its address, which names the installation.
    pub endpoint: Endpoint,
    /// The token.
    pub token: FieldPath,
    /// When it ends (RFC 3339).
    pub expires_at: FieldPath,
    /// The member of the request, and of the answer, that holds permissions by name.
    pub permissions: String,
    /// To what one thing a token for a write is narrowed.
    pub narrow: Option<NarrowRule>,
    /// What of an answer is read, beside its permissions.
    pub tree: FieldTree,
}

/// A token for one thing alone.
#[derive(Debug)]
pub struct NarrowRule {
    /// The member of the request that lists the things by name.
    pub field: String,
    /// The argument of each write that names the thing.
    pub argument: String,
    /// Where the answer lists them.
    pub told: FieldPath,
    /// The arguments that make a name in the answer, with a slash between them.
    pub named: Vec<String>,
}

/// The one thing that a token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrowed {
    /// The member of the request.
    pub field: String,
    /// Its name in the request.
    pub name: String,
    /// Its name in the answer.
    pub told: String,
}

impl NarrowRule {
    /// What a call with these arguments is about; nothing where one of them is missing.
    pub fn of(&self, arguments: &Arguments) -> Option<Narrowed> {
        let text = |name: &String| arguments.get(name)?.as_str();
        let named: Option<Vec<&str>> = self.named.iter().map(text).collect();
        Some(Narrowed {
            field: self.field.clone(),
            name: text(&self.argument)?.to_owned(),
            told: named?.join("/"),
        })
    }
}

/// What a scope of this kind is: a permission and its level, `issues:read`.
pub fn permission(scope: &str) -> Option<(&str, &str)> {
    let (name, level) = scope.split_once(':')?;
    let plain = |b: u8| b.is_ascii_lowercase() || b == b'_';
    let is_name = (1..=60).contains(&name.len()) && name.bytes().all(plain);
    (is_name && matches!(level, "read" | "write")).then_some((name, level))
}

/// The permissions of these scopes by name, each at its highest level: who may write may read.
pub fn permissions<'a>(scopes: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (name, level) in scopes.into_iter().filter_map(permission) {
        let known: &mut String = all.entry(name.to_owned()).or_default();
        if known != "write" {
            level.clone_into(known);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_is_a_name_and_a_level_and_the_higher_counts() {
        for bad in [
            "issues",
            "issues:",
            ":read",
            "issues:admin",
            "Issues:read",
            "a b:read",
        ] {
            assert_eq!(permission(bad), None, "{bad}");
        }
        let all = permissions(["issues:write", "metadata:read", "issues:read"]);
        let told: Vec<_> = all
            .iter()
            .map(|(name, level)| format!("{name}:{level}"))
            .collect();
        assert_eq!(told, ["issues:write", "metadata:read"]);
    }
}
