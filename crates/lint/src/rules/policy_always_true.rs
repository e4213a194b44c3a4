use super::{Found, Rule};
use crate::catalogue::{Command, Oid, PUBLIC, Policy, Relation};
use crate::expression::is_always_true;
use crate::finding::Severity;
use crate::look::Look;
use crate::name::shown;

pub(super) const RULE: Rule = Rule {
    id: "policy.always_true",
    severity: Severity::Error,
    finds: "a policy `using (true)` on a table with the tenant column, for a role that is neither its owner, superuser nor BYPASSRLS",
    why: "Policies are added up: one that always holds opens every tenant's rows to its roles.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    open_policies(look, true)
}

/// Policies that always hold, on tables that have the tenant column, or on those that do not.
pub(super) fn open_policies(look: &Look<'_>, with_tenant: bool) -> Vec<Found> {
    look.policies()
        .filter(|(oid, _, _)| look.tenant_of(*oid).is_some() == with_tenant)
        .filter_map(|(oid, table, policy)| open(look, (oid, table), policy))
        .collect()
}

fn open(look: &Look<'_>, (oid, table): (Oid, &Relation), policy: &Policy) -> Option<Found> {
    let condition = match policy.command {
        Command::Insert => policy.check.as_ref(),
        _ => policy.using.as_ref(),
    };
    if !policy.permissive
        || !condition.is_some_and(is_always_true)
        || is_narrowed(look, oid, policy)
    {
        return None;
    }
    let roles: Vec<String> = policy
        .roles
        .iter()
        .filter(|role| **role != table.owner && !look.catalogue.bypasses(**role))
        .map(|role| shown(look.catalogue.role_name(*role)))
        .collect();
    if roles.is_empty() {
        return None;
    }
    let (name, on) = (shown(&policy.name), table.shown());
    let does = match policy.command {
        Command::All => "sees and changes",
        Command::Select => "sees",
        Command::Insert => "adds",
        Command::Update => "changes",
        Command::Delete => "deletes",
    };
    Some(Found {
        object: table.part("policy", &policy.name),
        finding: format!(
            "By policy {name}, {} {does} any row of {on}.",
            roles.join(", ")
        ),
        mend: format!("drop policy {name} on {on}; and create one that looks at the row"),
        roles,
    })
}

/// Whether a restrictive policy for the same command and roles says which rows, after all.
fn is_narrowed(look: &Look<'_>, table: Oid, open: &Policy) -> bool {
    let covers = |policy: &Policy| {
        let command = policy.command == Command::All || policy.command == open.command;
        let roles = policy.roles.contains(&PUBLIC)
            || open.roles.iter().all(|role| policy.roles.contains(role));
        let mut conditions = policy.using.iter().chain(&policy.check);
        command && roles && conditions.any(|condition| !is_always_true(condition))
    };
    let policies = look.catalogue.policies_of(table);
    policies
        .iter()
        .any(|policy| !policy.permissive && covers(policy))
}
