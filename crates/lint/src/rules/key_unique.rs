use super::{Found, Rule};
use crate::catalogue::Index;
use crate::expression::looks_at;
use crate::finding::{Object, Severity};
use crate::look::{Look, quoted};
use crate::name::shown;

pub(super) const RULE: Rule = Rule {
    id: "key.unique_without_tenant",
    severity: Severity::Warning,
    finds: "a primary key, unique or exclusion key without the tenant column, on a table that has it",
    why: "Keys are checked past policies: an insert that is refused tells that another tenant has the value.",
    check: |look| keys(look, |index| !is_of_uuids(index)),
};

fn is_of_uuids(index: &Index) -> bool {
    index.keys.iter().all(|key| key.is_uuid)
}

/// Keys that can be guessed, and those that are random, are two rules.
pub(super) fn uuid_keys(look: &Look<'_>) -> Vec<Found> {
    keys(look, is_of_uuids)
}

fn keys(look: &Look<'_>, wanted: fn(&Index) -> bool) -> Vec<Found> {
    let mut found = Vec::new();
    for index in look
        .catalogue
        .indexes
        .iter()
        .filter(|index| index.unique && wanted(index))
    {
        let table = look.catalogue.relations.get(&index.table);
        let (Some(table), Some(tenant)) = (table, look.tenant_of(index.table)) else {
            continue;
        };
        let is_key = index.keys.iter().any(|key| key.column == Some(tenant));
        let is_in_expression = index
            .expressions
            .as_ref()
            .is_some_and(|expressions| looks_at(expressions, tenant));
        if is_key || is_in_expression {
            continue;
        }
        let (name, on) = (shown(&index.name), table.shown());
        let columns: Vec<String> = index.keys.iter().map(|key| shown(&key.shown)).collect();
        let columns = columns.join(", ");
        let tenant = quoted(look.tenant_column.unwrap_or_default());
        found.push(Found::new(
            Object::of("unique key", &index.name, &table.schema),
            format!("{name} makes {columns} unique over all tenants of {on}."),
            format!("make the key ({tenant}, {columns})"),
        ));
    }
    found
}
