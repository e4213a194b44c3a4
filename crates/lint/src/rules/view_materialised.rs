use super::view_definer::first_secured;
use super::{Found, Rule};
use crate::catalogue::RelationKind;
use crate::finding::Severity;
use crate::look::Look;

pub(super) const RULE: Rule = Rule {
    id: "view.materialised",
    severity: Severity::Error,
    finds: "a materialised view over a table with row level security",
    why: "It holds the rows that its owner saw, and can have no policies.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    look.catalogue
        .views()
        .filter(|(_, view)| view.kind == RelationKind::MaterialisedView)
        .filter_map(|(oid, view)| Some((view, first_secured(look, oid)?)))
        .map(|(view, table)| {
            let name = view.shown();
            Found::new(
                view.object(),
                format!("{name} keeps rows of {}, and no policy holds for it.", table.shown()),
                format!("drop materialized view {name}; and keep its content in a table with row level security"),
            )
        })
        .collect()
}
