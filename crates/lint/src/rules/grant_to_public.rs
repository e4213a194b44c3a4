use std::collections::BTreeSet;

use super::{Found, Rule};
use crate::catalogue::PUBLIC;
use crate::finding::Severity;
use crate::look::Look;

pub(super) const RULE: Rule = Rule {
    id: "grant.to_public",
    severity: Severity::Warning,
    finds: "a table or view that everybody may read or write",
    why: "Every role that can connect has it, also those that are made later.",
    check,
};

const PRIVILEGES: [&str; 4] = ["SELECT", "INSERT", "UPDATE", "DELETE"];

fn check(look: &Look<'_>) -> Vec<Found> {
    let catalogue = look.catalogue;
    let mut found = Vec::new();
    for (oid, relation) in catalogue.tables().chain(catalogue.views()) {
        let open: BTreeSet<&str> = catalogue
            .grants_on(oid)
            .iter()
            .filter(|grant| grant.grantee == PUBLIC)
            .map(|grant| grant.privilege.as_str())
            .filter(|privilege| PRIVILEGES.contains(privilege))
            .collect();
        if open.is_empty() {
            continue;
        }
        let (name, open) = (
            relation.shown(),
            Vec::from_iter(open).join(", ").to_lowercase(),
        );
        found.push(Found {
            object: relation.object(),
            roles: vec!["public".to_owned()],
            finding: format!("Everybody has {open} on {name}."),
            mend: format!("revoke {open} on {name} from public;"),
        });
    }
    found
}
