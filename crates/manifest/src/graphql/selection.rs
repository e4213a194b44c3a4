use std::collections::{BTreeMap, BTreeSet};

use apollo_parser::cst::{CstNode, Selection, SelectionSet};

use super::read::{Wrong, no_directive, wrong};

/// What a document asks for.
#[derive(Debug, Default)]
pub(super) struct Selected {
    /// The fields at its root.
    pub(super) roots: usize,
    /// The path of each value in the answer.
    pub(super) leaves: BTreeSet<String>,
}

/// Where an answer to a document begins (GraphQL 7.1).
const DATA: &str = "data";

/// The values that a document asks for.
pub(super) fn select(selection: &SelectionSet) -> Result<Selected, Wrong> {
    let mut selected = Selected::default();
    let mut names = BTreeMap::new();
    below(selection, DATA, &mut selected.leaves, &mut names)?;
    selected.roots = root_fields(selection);
    Ok(selected)
}

/// Fields at the root: one inside an inline fragment is one as well.
fn root_fields(selection: &SelectionSet) -> usize {
    let count = selection.selections().map(|one| match one {
        Selection::InlineFragment(fragment) => fragment
            .selection_set()
            .map_or(1, |inner| root_fields(&inner)),
        Selection::Field(_) | Selection::FragmentSpread(_) => 1,
    });
    count.sum()
}

/// `names` is what each path in the answer is in the app, so that no key stands for two fields.
fn below(
    selection: &SelectionSet,
    path: &str,
    leaves: &mut BTreeSet<String>,
    names: &mut BTreeMap<String, String>,
) -> Result<(), Wrong> {
    for one in selection.selections() {
        match &one {
            Selection::Field(field) => {
                if let Some(directives) = field.directives() {
                    return Err(no_directive(directives.syntax()));
                }
                let unreadable = || wrong(field.syntax(), "a field has a name");
                let name = field.name().ok_or_else(unreadable)?.text().to_string();
                let alias = field.alias().and_then(|alias| alias.name());
                let key = alias.map_or_else(|| name.clone(), |alias| alias.text().to_string());
                let path = format!("{path}.{key}");
                let known = names.entry(path.clone()).or_insert_with(|| name.clone());
                if *known != name {
                    let problem = "one key of the answer would be two fields of the app";
                    return Err(wrong(field.syntax(), problem));
                }
                match field.selection_set() {
                    Some(inner) => below(&inner, &path, leaves, names)?,
                    None => {
                        leaves.insert(path);
                    }
                }
            }
            Selection::InlineFragment(fragment) => {
                if let Some(directives) = fragment.directives() {
                    return Err(no_directive(directives.syntax()));
                }
                if let Some(inner) = fragment.selection_set() {
                    below(&inner, path, leaves, names)?;
                }
            }
            Selection::FragmentSpread(spread) => {
                let problem = "a document has no fragments of its own: write the fields out";
                return Err(wrong(spread.syntax(), problem));
            }
        }
    }
    Ok(())
}
