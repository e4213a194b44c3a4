use super::{Found, Rule};
use crate::finding::{Object, Severity};
use crate::look::Look;
use crate::name::shown;

pub(super) const RULE: Rule = Rule {
    id: "role.superuser",
    severity: Severity::Error,
    finds: "a login that is superuser, besides the one that every server is made with",
    why: "No policy holds for a superuser, and it can read the server's files.",
    check,
};

/// The role that `initdb` makes (BOOTSTRAP_SUPERUSERID). Every server has it.
pub(super) const BOOTSTRAP: crate::catalogue::Oid = 10;

fn check(look: &Look<'_>) -> Vec<Found> {
    let roles = look.catalogue.roles.iter();
    roles
        .filter(|(oid, role)| role.login && role.superuser && **oid != BOOTSTRAP)
        .map(|(_, role)| {
            let name = shown(&role.name);
            Found::new(
                Object::global("role", &role.name),
                format!("{name} logs in as superuser: no policy holds for it."),
                format!("alter role {name} nosuperuser;"),
            )
        })
        .collect()
}
