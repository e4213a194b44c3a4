use std::collections::{BTreeMap, BTreeSet};

use super::{Found, Rule};
use crate::catalogue::Oid;
use crate::finding::Severity;
use crate::look::Look;
use crate::name::shown;

pub(super) const RULE: Rule = Rule {
    id: "grant.past_policies",
    severity: Severity::Error,
    finds: "TRUNCATE, REFERENCES or TRIGGER on a table with row level security, granted to everybody or within a login's reach",
    why: "No policy holds for them: truncate empties every tenant's rows, a reference tells which exist, a trigger runs with the rights of who writes.",
    check,
};

const PAST: [&str; 3] = ["TRUNCATE", "REFERENCES", "TRIGGER"];

fn check(look: &Look<'_>) -> Vec<Found> {
    let catalogue = look.catalogue;
    let mut found = Vec::new();
    for (oid, table) in catalogue.tables().filter(|(_, table)| table.enabled) {
        let mut held: BTreeMap<Oid, BTreeSet<&str>> = BTreeMap::new();
        for grant in catalogue.grants_on(oid) {
            if PAST.contains(&grant.privilege.as_str()) && grant.grantee != table.owner {
                held.entry(grant.grantee)
                    .or_default()
                    .insert(&grant.privilege);
            }
        }
        held.retain(|role, _| {
            !catalogue.bypasses(*role) && catalogue.is_within_a_login_s_reach(*role)
        });
        for (grantee, privileges) in held {
            let (name, role) = (table.shown(), shown(catalogue.role_name(grantee)));
            let privileges = Vec::from_iter(privileges).join(", ").to_lowercase();
            found.push(Found {
                object: table.object(),
                finding: format!("{role} has {privileges} on {name}."),
                mend: format!("revoke {privileges} on {name} from {role};"),
                roles: vec![role],
            });
        }
    }
    found
}
