use super::{Found, Rule};
use crate::catalogue::RelationKind;
use crate::finding::Severity;
use crate::look::Look;

pub(super) const RULE: Rule = Rule {
    id: "rls.not_enabled",
    severity: Severity::Error,
    finds: "a table without row level security, or a foreign table, which can have none",
    why: "Whoever has a grant on it reads and writes every tenant's rows.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    look.catalogue
        .tables()
        // A child of a secured table has a rule of its own.
        .filter(|(oid, table)| !table.enabled && look.catalogue.secured_ancestor(*oid).is_none())
        .map(|(_, table)| {
            let name = table.shown();
            let mend = if table.kind == RelationKind::ForeignTable {
                format!("revoke all on {name} from every role but its owner, and offer a view or function that filters")
            } else {
                format!("alter table {name} enable row level security; alter table {name} force row level security; then create its policies")
            };
            Found::new(table.object(), format!("{name} has no row level security."), mend)
        })
        .collect()
}
