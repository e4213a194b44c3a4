use super::{Rule, policy_always_true};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "policy.open_table",
    severity: Severity::Warning,
    finds: "the same on a table without the tenant column",
    why: "What all tenants share is meant to be open now and then, and should be said to be.",
    check: |look| policy_always_true::open_policies(look, false),
};
