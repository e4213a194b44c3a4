use super::{Found, Rule};
use crate::catalogue::{Function, Volatility};
use crate::expression::calls_per_row;
use crate::finding::Severity;
use crate::look::Look;
use crate::name::shown;

pub(super) const RULE: Rule = Rule {
    id: "policy.call_per_row",
    severity: Severity::Warning,
    finds: "a policy that calls a function of nothing in the row without `(select …)` around it",
    why: "The function runs again for each row that is looked at; in `(select f())` it runs once.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (_, table, policy) in look.policies() {
        let called = policy.using.iter().flat_map(calls_per_row);
        let mut names: Vec<String> = called
            .filter_map(|oid| look.catalogue.functions.get(&oid))
            .filter(|function| is_dear(function))
            .map(|function| shown(&function.name))
            .collect();
        names.sort();
        if names.is_empty() {
            continue;
        }
        let (name, on, names) = (shown(&policy.name), table.shown(), names.join(", "));
        found.push(Found::new(
            table.part("policy", &policy.name),
            format!("Policy {name} calls {names} for each row of {on}."),
            format!("alter policy {name} on {on} using (…), with (select f()) in place of f()"),
        ));
    }
    found
}

/// PostgreSQL's own stable functions cost next to nothing, such as `now()`; but a setting is read and
/// converted each time. An immutable function of constants is one itself.
fn is_dear(function: &Function) -> bool {
    match function.volatility {
        Volatility::Immutable => false,
        Volatility::Volatile => true,
        Volatility::Stable => {
            !function.of_system || function.name.starts_with("pg_catalog.current_setting(")
        }
    }
}
