mod comments;
mod duplicates;
mod licences;
mod unused;

use crate::outcome::Outcome;
use crate::workspace::{Workspace, WorkspaceError, read_text};

/// Checks what the dependencies are for, under which licences, how often, and whether they are used.
pub(crate) fn check(workspace: &Workspace) -> Result<Outcome, WorkspaceError> {
    let root = read_text(&workspace.root.join("Cargo.toml"))?;
    let entries = comments::entries(&root);
    let mut problems: Vec<_> = entries.iter().filter_map(comments::judge).collect();
    problems.extend(unused::entries_of_nobody(&entries, workspace));
    problems.extend(licences::check(workspace));
    for member in &workspace.crates {
        problems.extend(unused::check(member)?);
    }
    let looked_at = format!(
        "{} entries, {} packages",
        entries.len(),
        workspace.outside.len()
    );
    Ok(Outcome::new("deps", looked_at, problems).with_notes(duplicates::list(workspace)))
}
