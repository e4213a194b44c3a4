use super::{Found, Rule};
use crate::finding::{Object, Severity};
use crate::look::Look;
use crate::name::shown;

pub(super) const RULE: Rule = Rule {
    id: "function.public",
    severity: Severity::Warning,
    finds: "a SECURITY DEFINER function that everybody may execute, which is PostgreSQL's default",
    why: "It acts with its owner's rights for every role that can connect.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    let functions = look.catalogue.functions.values();
    functions
        .filter(|function| {
            function.definer && function.public && !function.of_system && !function.of_extension
        })
        .map(|function| {
            let name = shown(&function.name);
            Found::new(
                Object::of("function", &function.name, &function.schema),
                format!("Everybody may execute {name}, which runs with its owner's rights."),
                format!(
                    "revoke execute on function {name} from public; and grant it to who needs it"
                ),
            )
        })
        .collect()
}
