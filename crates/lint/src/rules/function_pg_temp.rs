use super::function_search_path::{definers, loose, mend, object, schemas};
use super::{Found, Rule};
use crate::finding::Severity;
use crate::look::Look;
use crate::name::shown;

pub(super) const RULE: Rule = Rule {
    id: "function.pg_temp_first",
    severity: Severity::Warning,
    finds: "a SECURITY DEFINER function whose search_path does not end with pg_temp, also an empty one",
    why: "Where pg_temp is not named, tables and types are looked for in the caller's temporary schema first.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    definers(look)
        .filter_map(|function| {
            let path = function.search_path.as_ref()?;
            let is_last = schemas(path).last().is_some_and(|last| last == "pg_temp");
            if is_last || loose(look.catalogue, path).is_some() {
                return None;
            }
            let name = shown(&function.name);
            let finding =
                format!("{name} finds its caller's temporary tables before the real ones.");
            Some(Found::new(object(function), finding, mend(function)))
        })
        .collect()
}
