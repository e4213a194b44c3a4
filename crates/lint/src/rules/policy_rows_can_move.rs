use super::{Found, Rule};
use crate::catalogue::{Command, Oid, PUBLIC, Policy, Relation};
use crate::expression::{is_always_true, looks_at};
use crate::finding::Severity;
use crate::look::{Look, quoted};
use crate::name::shown;
use crate::tree::Node;

pub(super) const RULE: Rule = Rule {
    id: "policy.rows_can_move",
    severity: Severity::Warning,
    finds: "a policy for insert or update whose WITH CHECK (or USING, where there is none) does not look at the tenant column that its roles may write",
    why: "A row can be written into another tenant, or moved there.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    look.policies()
        .filter_map(|(oid, table, policy)| moves(look, (oid, table), policy))
        .collect()
}

fn moves(look: &Look<'_>, (oid, table): (Oid, &Relation), policy: &Policy) -> Option<Found> {
    let tenant = look.tenant_of(oid)?;
    let condition = written(policy)?;
    // What is open to read as well is told by another rule.
    let told = policy.using.as_ref().is_none_or(is_always_true) && is_always_true(condition);
    let (insert, update) = match policy.command {
        Command::Insert => (true, false),
        Command::Update => (false, true),
        _ => (true, true),
    };
    let may_write = insert && look.holds(policy, oid, "INSERT", tenant)
        || update && look.holds(policy, oid, "UPDATE", tenant);
    if !policy.permissive
        || told
        || !may_write
        || looks_at(condition, tenant)
        || is_held(look, oid, policy, tenant)
    {
        return None;
    }
    let (name, on) = (shown(&policy.name), table.shown());
    let column = quoted(look.tenant_column?);
    let lacks = if policy.check.is_some() {
        format!("The WITH CHECK of policy {name} does not look at {column} of {on}.")
    } else {
        format!("Policy {name} has no WITH CHECK, and its USING does not look at {column} of {on}.")
    };
    Some(Found {
        object: table.part("policy", &policy.name),
        roles: look.role_names(policy),
        finding: lacks,
        mend: format!("alter policy {name} on {on} with check ({column} = (select …) and …);"),
    })
}

/// What new rows are held to.
fn written(policy: &Policy) -> Option<&Node> {
    match policy.command {
        Command::Select | Command::Delete => None,
        Command::Insert => policy.check.as_ref(),
        Command::All | Command::Update => policy.check.as_ref().or(policy.using.as_ref()),
    }
}

/// Whether a restrictive policy holds new rows to their tenant.
fn is_held(look: &Look<'_>, table: Oid, open: &Policy, tenant: i16) -> bool {
    let policies = look.catalogue.policies_of(table);
    policies.iter().any(|policy| {
        !policy.permissive
            && (policy.command == Command::All || policy.command == open.command)
            && (policy.roles.contains(&PUBLIC)
                || open.roles.iter().all(|role| policy.roles.contains(role)))
            && written(policy).is_some_and(|condition| looks_at(condition, tenant))
    })
}
