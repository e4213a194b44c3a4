use super::{Found, Rule};
use crate::finding::{Object, Severity};
use crate::look::Look;
use crate::name::shown;

pub(super) const RULE: Rule = Rule {
    id: "default.public",
    severity: Severity::Warning,
    finds: "default privileges that open what is made later to everybody",
    why: "The next table is open before anybody has looked at it.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    let catalogue = look.catalogue;
    let mut found = Vec::new();
    for grant in &catalogue.default_grants {
        let schema = grant.schema.and_then(|oid| catalogue.schemas.get(&oid));
        let role = catalogue.role_name(grant.role);
        let (privilege, objects) = (grant.privilege.to_lowercase(), &grant.objects);
        let (name, place) = schema.map_or_else(
            || (format!("of {role}"), String::new()),
            |schema| {
                (
                    format!("of {role} in {}", schema.name),
                    format!(" in schema {}", shown(&schema.name)),
                )
            },
        );
        let object = schema.map_or_else(
            || Object::global("default privileges", &name),
            |schema| Object::of("default privileges", &name, &schema.name),
        );
        let role = shown(role);
        found.push(Found::new(
            object,
            format!("Everybody gets {privilege} on {objects} that {role} makes{place}."),
            format!("alter default privileges for role {role}{place} revoke {privilege} on {objects} from public;"),
        ));
    }
    found
}
