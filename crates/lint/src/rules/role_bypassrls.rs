use super::{Found, Rule};
use crate::finding::{Object, Severity};
use crate::look::Look;
use crate::name::shown;

pub(super) const RULE: Rule = Rule {
    id: "role.bypassrls",
    severity: Severity::Error,
    finds: "a login with BYPASSRLS",
    why: "No policy holds for it.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    let roles = look.catalogue.roles.iter();
    roles
        .filter(|(_, role)| role.login && role.bypass && !role.superuser)
        .map(|(_, role)| {
            let name = shown(&role.name);
            Found::new(
                Object::global("role", &role.name),
                format!("{name} logs in with BYPASSRLS: no policy holds for it."),
                format!("alter role {name} nobypassrls;"),
            )
        })
        .collect()
}
