use std::collections::BTreeSet;

use super::{Found, Rule};
use crate::catalogue::Oid;
use crate::finding::{Object, Severity};
use crate::look::Look;
use crate::name::shown;

pub(super) const RULE: Rule = Rule {
    id: "role.member_of_strong",
    severity: Severity::Error,
    finds: "a login that is a member, directly or through others, of a superuser, a role with BYPASSRLS, or an owner of tables with row level security",
    why: "`set role` makes it that role, for which policies do not hold or are there to be dropped.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    let catalogue = look.catalogue;
    let secured = catalogue.tables().filter(|(_, table)| table.enabled);
    let owners: BTreeSet<Oid> = secured.map(|(_, table)| table.owner).collect();
    let mut found = Vec::new();
    for (oid, role) in &catalogue.roles {
        if !role.login || role.superuser {
            continue;
        }
        let above = catalogue.member_of(*oid);
        let strong: Vec<String> = above
            .into_iter()
            .filter_map(|above| {
                let other = catalogue.roles.get(&above)?;
                let why = match other {
                    other if other.superuser => "superuser",
                    other if other.bypass => "BYPASSRLS",
                    _ if owners.contains(&above) => "owner of tables",
                    _ => return None,
                };
                Some(format!("{} ({why})", shown(&other.name)))
            })
            .collect();
        if strong.is_empty() {
            continue;
        }
        let name = shown(&role.name);
        found.push(Found::new(
            Object::global("role", &role.name),
            format!("{name} can become {}.", strong.join(", ")),
            format!("revoke … from {name}; or, where it passes through other roles, from the one between"),
        ));
    }
    found
}
