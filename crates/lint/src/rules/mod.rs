//! The rules, one file each. A rule is a pure function of what was read.

mod allow_unused;
mod default_public;
mod function_pg_temp;
mod function_public;
mod function_search_path;
mod grant_past_policies;
mod grant_to_public;
mod index_lost;
mod key_foreign;
mod key_unique;
mod key_uuid;
mod policy_always_true;
mod policy_call_per_row;
mod policy_in_subselect;
mod policy_open_table;
mod policy_rows_can_move;
mod rls_child_open;
mod rls_no_policy;
mod rls_not_enabled;
mod rls_not_forced;
mod role_bootstrap;
mod role_bypassrls;
mod role_member;
mod role_owner;
mod role_superuser;
mod schema_create;
mod server_version;
mod view_definer;
mod view_materialised;

use std::fmt::Write as _;

use crate::finding::{Finding, Object, Severity};
use crate::look::Look;

pub(crate) use allow_unused::unused;

/// A rule.
struct Rule {
    /// Stable: exceptions and other programs name it.
    id: &'static str,
    severity: Severity,
    /// What it finds, as a part of a sentence.
    finds: &'static str,
    /// Why that matters, in a sentence.
    why: &'static str,
    check: fn(&Look<'_>) -> Vec<Found>,
}

/// What is a rule's own of a finding.
struct Found {
    object: Object,
    roles: Vec<String>,
    finding: String,
    mend: String,
}

impl Found {
    const fn new(object: Object, finding: String, mend: String) -> Self {
        Self {
            object,
            roles: Vec::new(),
            finding,
            mend,
        }
    }
}

/// In the order of the documentation.
const ALL: [&Rule; 29] = [
    &rls_not_enabled::RULE,
    &rls_not_forced::RULE,
    &rls_no_policy::RULE,
    &rls_child_open::RULE,
    &policy_always_true::RULE,
    &policy_open_table::RULE,
    &policy_rows_can_move::RULE,
    &policy_call_per_row::RULE,
    &policy_in_subselect::RULE,
    &index_lost::RULE,
    &key_foreign::RULE,
    &key_unique::RULE,
    &key_uuid::RULE,
    &role_superuser::RULE,
    &role_bootstrap::RULE,
    &role_bypassrls::RULE,
    &role_owner::RULE,
    &role_member::RULE,
    &view_definer::RULE,
    &view_materialised::RULE,
    &grant_past_policies::RULE,
    &grant_to_public::RULE,
    &function_search_path::RULE,
    &function_pg_temp::RULE,
    &function_public::RULE,
    &schema_create::RULE,
    &default_public::RULE,
    &server_version::RULE,
    &allow_unused::RULE,
];

/// Runs every rule.
pub(crate) fn run(look: &Look<'_>) -> Vec<Finding> {
    ALL.iter()
        .flat_map(|rule| (rule.check)(look).into_iter().map(|found| rule.told(found)))
        .collect()
}

/// Whether there is a rule of that name.
pub(crate) fn exists(id: &str) -> bool {
    ALL.iter().any(|rule| rule.id == id)
}

/// How many rules there are.
pub const fn rule_count() -> usize {
    ALL.len()
}

/// The rules as a table in Markdown, for the documentation.
pub fn documentation() -> String {
    let mut text =
        "| rule | severity | finds | why it matters |\n| --- | --- | --- | --- |\n".to_owned();
    for rule in ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} |",
            rule.id, rule.severity, rule.finds, rule.why
        );
    }
    text
}

impl Rule {
    fn told(&self, found: Found) -> Finding {
        Finding {
            rule: self.id,
            severity: self.severity,
            object: found.object,
            roles: found.roles,
            finding: found.finding,
            why: self.why,
            mend: found.mend,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_has_a_name_of_its_own_and_says_why() {
        let names: BTreeSet<&str> = ALL.iter().map(|rule| rule.id).collect();
        assert_eq!(names.len(), ALL.len());
        for rule in ALL {
            assert!(
                rule.id.contains('.') && rule.why.ends_with('.'),
                "{}",
                rule.id
            );
            assert!(
                !rule.finds.contains('|') && !rule.why.contains('|'),
                "{}",
                rule.id
            );
        }
    }

    #[test]
    fn the_documentation_has_the_rules_as_they_are() {
        let page = include_str!("../../../../docs/lint-db.md");
        assert!(
            page.contains(&documentation()),
            "docs/lint-db.md has another table than:\n{}",
            documentation()
        );
    }
}
