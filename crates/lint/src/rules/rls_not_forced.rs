use super::{Found, Rule};
use crate::finding::Severity;
use crate::look::Look;
use crate::name::shown;

pub(super) const RULE: Rule = Rule {
    id: "rls.not_forced",
    severity: Severity::Error,
    finds: "row level security that is not forced",
    why: "Policies do not hold for the table's owner, nor in functions and views that run with its rights.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    look.catalogue
        .tables()
        .filter(|(_, table)| table.enabled && !table.forced)
        .map(|(_, table)| {
            let (name, owner) = (table.shown(), shown(look.catalogue.role_name(table.owner)));
            Found::new(
                table.object(),
                format!("The policies of {name} do not hold for its owner {owner}."),
                format!("alter table {name} force row level security;"),
            )
        })
        .collect()
}
