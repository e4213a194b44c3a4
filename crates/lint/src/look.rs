use crate::catalogue::{Catalogue, Oid, Policy, Relation};
use crate::finding::Object;
use crate::name::{raw, shown};

/// What a rule sees.
#[derive(Debug)]
pub(crate) struct Look<'a> {
    pub(crate) catalogue: &'a Catalogue,
    /// The plain name of the column that tells tenants apart.
    pub(crate) tenant_column: Option<&'a str>,
}

impl<'a> Look<'a> {
    /// The number of the table's tenant column.
    pub(crate) fn tenant_of(&self, table: Oid) -> Option<i16> {
        let wanted = self.tenant_column?;
        let columns = self.catalogue.columns.get(&table)?;
        let found = columns.iter().find(|column| column.name == wanted)?;
        Some(found.number)
    }

    /// Each policy, with its table.
    pub(crate) fn policies(&self) -> impl Iterator<Item = (Oid, &'a Relation, &'a Policy)> {
        self.catalogue.tables().flat_map(|(oid, table)| {
            let policies = self.catalogue.policies_of(oid);
            policies.iter().map(move |policy| (oid, table, policy))
        })
    }

    /// The names of a policy's roles.
    pub(crate) fn role_names(&self, policy: &Policy) -> Vec<String> {
        let names = policy.roles.iter();
        names
            .map(|role| shown(self.catalogue.role_name(*role)))
            .collect()
    }

    /// Whether somebody whom the policy is for holds the privilege on the column.
    pub(crate) fn holds(&self, policy: &Policy, table: Oid, privilege: &str, column: i16) -> bool {
        self.catalogue.grants_on(table).iter().any(|grant| {
            grant.privilege == privilege
                && grant.column.is_none_or(|granted| granted == column)
                && policy
                    .roles
                    .iter()
                    .any(|role| self.covers(*role, grant.grantee))
        })
    }

    /// Whether what `grantee` holds is of use to somebody whom a policy for `role` is for.
    fn covers(&self, role: Oid, grantee: Oid) -> bool {
        use crate::catalogue::PUBLIC;
        role == PUBLIC
            || grantee == PUBLIC
            || role == grantee
            || self.catalogue.member_of(role).contains(&grantee)
            || self.catalogue.member_of(grantee).contains(&role)
    }
}

impl Relation {
    /// It, as what a finding is about.
    pub(crate) fn object(&self) -> Object {
        use crate::catalogue::RelationKind;
        let kind = match self.kind {
            RelationKind::Table => "table",
            RelationKind::ForeignTable => "foreign table",
            RelationKind::View => "view",
            RelationKind::MaterialisedView => "materialised view",
        };
        Object::of(kind, &self.name, &self.schema)
    }

    /// A key or policy of it.
    pub(crate) fn part(&self, kind: &'static str, name: &str) -> Object {
        Object::of(kind, &format!("{name} on {}", self.name), &self.schema)
    }

    /// Its name, for a sentence or a statement.
    pub(crate) fn shown(&self) -> String {
        shown(&self.name)
    }
}

/// A column's plain name as SQL takes it.
pub(crate) fn quoted(plain: &str) -> String {
    let simple = plain
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if simple && !plain.is_empty() && raw(plain) == plain {
        plain.to_owned()
    } else {
        shown(&format!("\"{}\"", plain.replace('"', "\"\"")))
    }
}
