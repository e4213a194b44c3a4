use super::{Found, Rule};
use crate::catalogue::Index;
use crate::expression::{functions, operators};
use crate::finding::{Object, Severity};
use crate::look::Look;
use crate::name::shown;

pub(super) const RULE: Rule = Rule {
    id: "index.lost",
    severity: Severity::Warning,
    finds: "an index, on a table with policies, whose operators or functions are not leakproof (citext, jsonb, numeric, enum, arrays, text search, `lower(…)`)",
    why: "Behind a policy a query's own condition may be tested early only if it is leakproof, so that the index serves no query.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for index in &look.catalogue.indexes {
        let Some(table) = look.catalogue.relations.get(&index.table) else {
            continue;
        };
        if !table.enabled || look.catalogue.policies_of(index.table).is_empty() {
            continue;
        }
        let lost = lost(look, index);
        if lost.is_empty() {
            continue;
        }
        let (name, on, lost) = (shown(&index.name), table.shown(), lost.join(", "));
        found.push(Found::new(
            Object::of("index", &index.name, &table.schema),
            format!("Behind the policies of {on}, no query uses {name} for {lost}."),
            "keep the value as text, uuid, int or timestamptz (an enum as text with a check; a folded text in a column of its own), or look it up in a security definer function that checks the tenant itself".to_owned(),
        ));
    }
    found
}

/// The keys that are lost. The tenant column is compared by the policy, which is trusted.
fn lost(look: &Look<'_>, index: &Index) -> Vec<String> {
    let tenant = look.tenant_of(index.table);
    let leaks = index.expressions.as_ref().is_some_and(|expressions| {
        let leaky = |oid| {
            look.catalogue
                .functions
                .get(&oid)
                .is_some_and(|f| !f.leakproof)
        };
        functions(expressions).into_iter().any(leaky)
            || !operators(expressions).is_disjoint(&look.catalogue.leaky_operators)
    });
    let keys = index.keys.iter();
    keys.filter(|key| key.column.is_none() || key.column != tenant)
        .filter(|key| !key.leakproof || key.column.is_none() && leaks)
        .map(|key| format!("{} ({})", shown(&key.shown), shown(&key.type_name)))
        .collect()
}
