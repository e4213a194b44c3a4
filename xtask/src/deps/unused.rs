use cargo_metadata::DependencyKind;

use super::comments::Entry;
use crate::outcome::Problem;
use crate::workspace::{Member, Use, Workspace, WorkspaceError, files_below, read_text};

/// The dependencies of `member` whose names are not in its code.
pub(crate) fn check(member: &Member) -> Result<Option<Problem>, WorkspaceError> {
    // The crate `tests` is nothing but tests, wherever it keeps them.
    let production = code(member, &[if member.name == "tests" { "" } else { "src" }])?;
    let of_tests = code(member, &["tests", "examples", "benches"])?;
    let build = code(member, &["build.rs"])?;
    let found = |used: &Use| match used.kind {
        DependencyKind::Development => {
            names(&used.name, &production) || names(&used.name, &of_tests)
        }
        DependencyKind::Build => names(&used.name, &build),
        _ => names(&used.name, &production),
    };
    let unused = member
        .uses
        .iter()
        .filter(|used| !member.used_unseen.contains(&used.name) && !found(used));
    let unused: Vec<_> = unused.map(|used| used.name.as_str()).collect();
    Ok((!unused.is_empty()).then(|| {
        Problem::new(
            format!("{}: {}", member.name, unused.join(", ")),
            "dependencies of this crate are not in its code",
            "remove them from its Cargo.toml, or make them dev-dependencies where only tests and \
             examples use them",
        )
    }))
}

/// The entries of [workspace.dependencies] that no crate uses.
pub(crate) fn entries_of_nobody(entries: &[Entry], workspace: &Workspace) -> Vec<Problem> {
    let used = |entry: &&Entry| {
        workspace
            .crates
            .iter()
            .flat_map(|member| &member.uses)
            .any(|used| used.name == entry.name)
    };
    let problem = |entry: &Entry| {
        Problem::new(
            format!("Cargo.toml: {}", entry.name),
            "no crate of the workspace uses this dependency",
            "remove its line",
        )
    };
    entries
        .iter()
        .filter(|entry| !used(entry))
        .map(problem)
        .collect()
}

fn code(member: &Member, places: &[&str]) -> Result<String, WorkspaceError> {
    let mut all = String::new();
    for place in places {
        for path in files_below(&member.folder.join(place), "rs")? {
            all.push_str(&read_text(&path)?);
            all.push('\n');
        }
    }
    Ok(all)
}

/// Whether `code` names the crate: `name::`, `use name` or `extern crate name`, outside of comments.
fn names(dependency: &str, code: &str) -> bool {
    let name = dependency.replace('-', "_");
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .any(|line| {
            line.match_indices(&name).any(|(at, _)| {
                let (before, rest) = line.split_at(at);
                let after = rest.strip_prefix(&name).unwrap_or_default();
                let whole = !before.ends_with(is_word) && !after.starts_with(is_word);
                let before = before.trim_end_matches("::").trim_end();
                let imported = ["use", "crate"].iter().any(|word| before.ends_with(word));
                whole && (after.starts_with("::") || imported)
            })
        })
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::deps::comments::entries;
    use crate::workspace::fixture::workspace;

    #[test]
    fn a_crate_is_named_by_paths_and_imports() {
        for code in [
            "use serde_json::Value;",
            "use serde_json;",
            "use ::serde_json as json;",
            "let x = serde_json::json!({});",
            "#[serde(with = \"serde_json::value\")]",
            "extern crate serde_json;",
        ] {
            assert!(names("serde-json", code), "{code}");
        }
        for code in [
            "// use serde_json::Value;",
            "/// [`serde_json::Value`]",
            "use my_serde_json::Value;",
            "use serde_json_canonicalizer::to_vec;",
            "let serde_json = 1;",
        ] {
            assert!(!names("serde-json", code), "{code}");
        }
    }

    #[test]
    fn dependencies_that_the_code_does_not_name_are_named() {
        let folder = std::env::temp_dir().join(format!("xtask-unused-{}", std::process::id()));
        fs::create_dir_all(folder.join("src/deep")).unwrap();
        fs::create_dir_all(folder.join("tests")).unwrap();
        fs::write(folder.join("src/deep/a.rs"), "use used::Thing;\n").unwrap();
        fs::write(
            folder.join("tests/b.rs"),
            "use kit::Thing;\nuse misfiled::Thing;\n",
        )
        .unwrap();
        let used = |name: &str, kind| Use {
            name: name.into(),
            package: name.into(),
            kind,
        };
        let member = Member {
            name: "web".into(),
            folder: folder.clone(),
            uses: vec![
                used("used", DependencyKind::Normal),
                used("unused", DependencyKind::Normal),
                used("misfiled", DependencyKind::Normal),
                used("unseen", DependencyKind::Normal),
                used("kit", DependencyKind::Development),
                used("unused-kit", DependencyKind::Development),
                used("unused-builder", DependencyKind::Build),
            ],
            used_unseen: ["unseen".to_owned()].into(),
        };
        let named = check(&member).unwrap().map(|problem| problem.at);
        fs::remove_dir_all(folder).unwrap();
        assert_eq!(
            named.as_deref(),
            Some("web: unused, misfiled, unused-kit, unused-builder")
        );
    }

    #[test]
    fn an_entry_that_no_crate_uses_is_named() {
        let entries = entries("[workspace.dependencies]\nserde = \"1\" # x\ncsv = \"1\" # x\n");
        let workspace = workspace(&[("web", &[("serde", "normal")])], &[]);
        let named: Vec<_> = entries_of_nobody(&entries, &workspace)
            .into_iter()
            .map(|problem| problem.at)
            .collect();
        assert_eq!(named, ["Cargo.toml: csv"]);
    }
}
