use super::role_superuser::BOOTSTRAP;
use super::{Found, Rule};
use crate::finding::{Object, Severity};
use crate::look::Look;
use crate::name::shown;
pub(super) const RULE: Rule = Rule {
    id: "role.bootstrap_superuser",
    severity: Severity::Note,
    finds: "the superuser that the server was made with, where it can log in",
    why: "No policy holds for it: it is for administration, and never an application's login.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    let roles = look.catalogue.roles.iter();
    roles
        .filter(|(oid, role)| role.login && role.superuser && **oid == BOOTSTRAP)
        .map(|(_, role)| {
            let name = shown(&role.name);
            Found::new(
                Object::global("role", &role.name),
                format!("{name}, the superuser that this server was made with, can log in."),
                format!("see that no application uses {name}; if nobody does: alter role {name} nologin;"),
            )
        })
        .collect()
}
