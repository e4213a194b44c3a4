use super::{Found, Rule};
use crate::catalogue::{Oid, Relation, RelationKind};
use crate::finding::Severity;
use crate::look::Look;
use crate::name::shown;

pub(super) const RULE: Rule = Rule {
    id: "view.owner_rights",
    severity: Severity::Error,
    finds: "a view over a table with row level security that reads with its owner's rights: without `security_invoker`, or before 15 with an owner whom policies do not hold for",
    why: "Whoever may read the view sees what its owner would.",
    check,
};

/// The first version of views with `security_invoker`.
const INVOKER: i32 = 150_000;

fn check(look: &Look<'_>) -> Vec<Found> {
    let catalogue = look.catalogue;
    let mut found = Vec::new();
    for (oid, view) in catalogue.views() {
        let Some(table) = first_secured(look, oid) else {
            continue;
        };
        let has_option = catalogue.version >= INVOKER;
        let is_open = if has_option {
            !view.invoker
        } else {
            passes_by(look, oid, view)
        };
        if view.kind != RelationKind::View || !is_open {
            continue;
        }
        let (name, owner) = (view.shown(), shown(catalogue.role_name(view.owner)));
        let mend = if has_option {
            format!("alter view {name} set (security_invoker = true);")
        } else {
            format!("alter view {name} owner to …, a role that the policies hold for")
        };
        found.push(Found::new(
            view.object(),
            format!(
                "{name} reads {} with the rights of its owner {owner}.",
                table.shown()
            ),
            mend,
        ));
    }
    found
}

/// A table with row level security that the view reads, directly or through others.
pub(super) fn first_secured<'a>(look: &Look<'a>, view: Oid) -> Option<&'a Relation> {
    let sources = look.catalogue.sources(view).into_iter();
    sources
        .filter_map(|oid| look.catalogue.relations.get(&oid))
        .filter(|source| source.enabled)
        .min_by(|a, b| a.name.cmp(&b.name))
}

/// Whether policies of something that the view reads do not hold for its owner.
fn passes_by(look: &Look<'_>, oid: Oid, view: &Relation) -> bool {
    let catalogue = look.catalogue;
    let is_its_owner =
        |owner: Oid| owner == view.owner || catalogue.member_of(view.owner).contains(&owner);
    catalogue.bypasses(view.owner)
        || catalogue
            .sources(oid)
            .into_iter()
            .filter_map(|source| catalogue.relations.get(&source))
            .any(|source| source.enabled && !source.forced && is_its_owner(source.owner))
}
