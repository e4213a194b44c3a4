use super::{Found, Rule};
use crate::expression::has_set_in_subselect;
use crate::finding::Severity;
use crate::look::Look;
use crate::name::shown;

pub(super) const RULE: Rule = Rule {
    id: "policy.in_subselect",
    severity: Severity::Warning,
    finds: "a policy that looks a column up `in (select …)` of a set that is the same for each row",
    why: "No index serves that, so every query reads the whole table; `= any (array(select …))` uses one.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    look.policies()
        .filter(|(_, _, policy)| policy.using.as_ref().is_some_and(has_set_in_subselect))
        .map(|(_, table, policy)| {
            let (name, on) = (shown(&policy.name), table.shown());
            Found::new(
                table.part("policy", &policy.name),
                format!("Policy {name} compares a column of {on} with `in (select …)`."),
                format!("alter policy {name} on {on} using (… = any (array(select …)));"),
            )
        })
        .collect()
}
