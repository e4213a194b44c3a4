use std::collections::BTreeSet;

use super::{Found, Rule};
use crate::finding::Severity;
use crate::look::Look;
use crate::name::shown;

pub(super) const RULE: Rule = Rule {
    id: "rls.child_open",
    severity: Severity::Error,
    finds: "a partition or inheritance child without row level security, with grants of its own, below a table that has it",
    why: "Policies of the parent do not hold for who names the child.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    let catalogue = look.catalogue;
    let mut found = Vec::new();
    for (oid, table) in catalogue.tables().filter(|(_, table)| !table.enabled) {
        let Some(parent) = catalogue.secured_ancestor(oid) else {
            continue;
        };
        let grantees: BTreeSet<String> = catalogue
            .grants_on(oid)
            .iter()
            .filter(|grant| grant.grantee != table.owner && !catalogue.bypasses(grant.grantee))
            .map(|grant| shown(catalogue.role_name(grant.grantee)))
            .collect();
        if grantees.is_empty() {
            continue;
        }
        let (name, parent) = (table.shown(), parent.shown());
        let grantees = Vec::from_iter(grantees).join(", ");
        found.push(Found::new(
            table.object(),
            format!("{grantees} may name {name} directly, where the policies of {parent} do not hold."),
            format!("revoke all on {name} from {grantees}; alter table {name} enable row level security; alter table {name} force row level security;"),
        ));
    }
    found
}
