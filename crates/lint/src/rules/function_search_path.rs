use super::{Found, Rule};
use crate::catalogue::{Catalogue, Function};
use crate::finding::{Object, Severity};
use crate::look::Look;
use crate::name::{raw, shown};

pub(super) const RULE: Rule = Rule {
    id: "function.search_path",
    severity: Severity::Error,
    finds: "a SECURITY DEFINER function without a search_path of its own, or with a schema in it that a login may create in",
    why: "Its caller decides which table or function a name means, and that one then runs with the owner's rights.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    definers(look)
        .filter_map(|function| {
            let name = shown(&function.name);
            let finding = match &function.search_path {
                None => {
                    format!("{name} runs with its owner's rights and its caller's search_path.")
                }
                Some(path) => {
                    let loose = loose(look.catalogue, path)?;
                    format!("{name} looks names up in {loose}, where others may create.")
                }
            };
            Some(Found::new(object(function), finding, mend(function)))
        })
        .collect()
}

/// Functions with their owner's rights whose names are looked up when they run.
pub(super) fn definers<'a>(look: &Look<'a>) -> impl Iterator<Item = &'a Function> {
    let functions = look.catalogue.functions.values();
    functions.filter(|function| {
        function.definer && function.late_names && !function.of_system && !function.of_extension
    })
}

pub(super) fn object(function: &Function) -> Object {
    Object::of("function", &function.name, &function.schema)
}

pub(super) fn mend(function: &Function) -> String {
    format!(
        "alter function {} set search_path = pg_catalog, pg_temp; and name every other schema in its body",
        shown(&function.name)
    )
}

/// A schema of the path that somebody else may put things into.
pub(super) fn loose(catalogue: &Catalogue, path: &str) -> Option<String> {
    schemas(path)
        .into_iter()
        .find(|name| {
            name == "$user"
                || catalogue.schemas.values().any(|schema| {
                    raw(&schema.name) == *name
                        && schema
                            .creators
                            .iter()
                            .any(|role| *role != schema.owner && is_foreign(catalogue, *role))
                })
        })
        .map(|name| crate::look::quoted(&name))
}

fn is_foreign(catalogue: &Catalogue, role: crate::catalogue::Oid) -> bool {
    !catalogue.bypasses(role) && catalogue.is_within_a_login_s_reach(role)
}

/// The schemas of a search_path as `pg_proc.proconfig` has it: quoted where needed.
pub(super) fn schemas(path: &str) -> Vec<String> {
    let (mut names, mut name, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = path.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                name.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => names.push(std::mem::take(&mut name)),
            ' ' if !quoted => {}
            c => name.push(c),
        }
    }
    names.push(name);
    names.retain(|name| !name.is_empty());
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_path_is_taken_apart_as_it_is_stored() {
        for (path, expected) in [
            ("pg_catalog, pg_temp", &["pg_catalog", "pg_temp"][..]),
            ("\"$user\", public", &["$user", "public"]),
            ("\"\"", &[]),
            ("\"a, \"\"b\"\"\", c", &["a, \"b\"", "c"]),
        ] {
            assert_eq!(schemas(path), expected, "{path}");
        }
    }
}
