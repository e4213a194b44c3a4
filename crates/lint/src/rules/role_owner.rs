use super::{Found, Rule};
use crate::finding::{Object, Severity};
use crate::look::Look;
use crate::name::shown;

pub(super) const RULE: Rule = Rule {
    id: "role.owner",
    severity: Severity::Warning,
    finds: "a login that owns tables with row level security",
    why: "An owner can switch the row level security of its tables off, and drop their policies.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    let catalogue = look.catalogue;
    let mut found = Vec::new();
    for (oid, role) in catalogue
        .roles
        .iter()
        .filter(|(_, role)| role.login && !role.superuser)
    {
        let tables = catalogue.tables();
        let mut owned = tables.filter(|(_, table)| table.enabled && table.owner == *oid);
        let Some((_, first)) = owned.next() else {
            continue;
        };
        let (name, first) = (shown(&role.name), first.shown());
        let others = match owned.count() {
            0 => String::new(),
            more => format!(" and {more} more tables with row level security"),
        };
        found.push(Found::new(
            Object::global("role", &role.name),
            format!("{name} logs in, and owns {first}{others}."),
            format!("create role … nologin; reassign owned by {name} to …; and grant {name} what it needs"),
        ));
    }
    found
}
