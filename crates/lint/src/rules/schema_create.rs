use super::{Found, Rule};
use crate::catalogue::PUBLIC;
use crate::finding::{Object, Severity};
use crate::look::Look;
use crate::name::shown;

pub(super) const RULE: Rule = Rule {
    id: "schema.public_create",
    severity: Severity::Error,
    finds: "a schema that everybody may create in, which the schema public is before 15",
    why: "Anybody can put a table or function there that others take for the real one.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    let schemas = look.catalogue.schemas.values();
    schemas
        .filter(|schema| !schema.is_system && schema.creators.contains(&PUBLIC))
        .map(|schema| {
            let name = shown(&schema.name);
            Found::new(
                Object::of("schema", &schema.name, &schema.name),
                format!("Everybody may create tables and functions in {name}."),
                format!("revoke create on schema {name} from public;"),
            )
        })
        .collect()
}
