use super::{Found, Rule};
use crate::finding::Severity;
use crate::look::Look;

pub(super) const RULE: Rule = Rule {
    id: "rls.no_policy",
    severity: Severity::Note,
    finds: "row level security without any policy",
    why: "It denies everything to everybody whom it holds for, which may or may not be meant.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    let catalogue = look.catalogue;
    catalogue
        .tables()
        // For a partition that is reached by its parent alone, this is the way to close it.
        .filter(|(oid, table)| {
            table.enabled
                && catalogue.policies_of(*oid).is_empty()
                && catalogue.secured_ancestor(*oid).is_none()
        })
        .map(|(_, table)| {
            let name = table.shown();
            Found::new(
                table.object(),
                format!("{name} has row level security and no policy: nobody sees a row."),
                format!("create policy … on {name} …; or drop the table, if nothing uses it"),
            )
        })
        .collect()
}
