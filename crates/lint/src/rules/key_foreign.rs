use super::{Found, Rule};
use crate::finding::Severity;
use crate::look::{Look, quoted};
use crate::name::shown;

pub(super) const RULE: Rule = Rule {
    id: "key.foreign_without_tenant",
    severity: Severity::Warning,
    finds: "a foreign key between two tables with the tenant column that leaves it out",
    why: "Foreign keys are checked past policies: a row can point at another tenant's, and whether it may tells that the other exists.",
    check,
};

fn check(look: &Look<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for key in &look.catalogue.foreign_keys {
        let tenants = look.tenant_of(key.table).zip(look.tenant_of(key.target));
        let relations = &look.catalogue.relations;
        let tables = relations.get(&key.table).zip(relations.get(&key.target));
        let (Some((own, theirs)), Some((table, target))) = (tenants, tables) else {
            continue;
        };
        let mut pairs = key.columns.iter().zip(&key.target_columns);
        if pairs.any(|(column, target)| *column == own && *target == theirs) {
            continue;
        }
        let (name, from, to) = (shown(&key.name), table.shown(), target.shown());
        let tenant = quoted(look.tenant_column.unwrap_or_default());
        found.push(Found::new(
            table.part("foreign key", &key.name),
            format!("Foreign key {name} lets a row of {from} point at another tenant's row of {to}."),
            format!("alter table {from} drop constraint {name}, add foreign key ({tenant}, …) references {to} ({tenant}, …); with a unique key ({tenant}, …) on {to}"),
        ));
    }
    found
}
