use std::collections::{BTreeMap, BTreeSet};

use crate::workspace::Workspace;

/// The packages that are there in several versions which do not promise to be compatible. Costs
/// build time and size, and often somebody else decides: so they are listed, and fail nothing.
pub(crate) fn list(workspace: &Workspace) -> Vec<String> {
    let mut majors: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for package in &workspace.outside {
        majors
            .entry(&package.name)
            .or_default()
            .insert((&package.major, &package.version));
    }
    let versions = |found: BTreeSet<(&str, &str)>| {
        let distinct: BTreeSet<_> = found.iter().map(|(major, _)| *major).collect();
        let versions: Vec<_> = found.iter().map(|(_, version)| *version).collect();
        (distinct.len() > 1).then(|| versions.join(", "))
    };
    majors
        .into_iter()
        .filter_map(|(name, found)| Some(format!("{name} is there as {}", versions(found)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::fixture::workspace;

    #[test]
    fn several_major_versions_are_listed() {
        let tree = workspace(
            &[],
            &[
                ("sha2", "0.10.9", None),
                ("sha2", "0.11.1", None),
                ("syn", "2.0.1", None),
                ("syn", "2.1.0", None),
                ("rand", "0.9.0", None),
            ],
        );
        assert_eq!(list(&tree), ["sha2 is there as 0.10.9, 0.11.1"]);
    }
}
