//! What was read of a database: plain rows, and the questions that more than one rule asks of them.

use std::collections::{BTreeMap, BTreeSet};

/// A catalogue's row number.
pub(crate) type Oid = u32;

/// Whoever stands for everybody in a list of grants.
pub(crate) const PUBLIC: Oid = 0;

/// A snapshot of a database's catalogue. Names are as `quote_ident` gives them.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// The database's name.
    pub database: String,
    /// `server_version_num`: 150018 is 15.18.
    pub version: i32,
    pub(crate) roles: BTreeMap<Oid, Role>,
    /// By member: the roles that it is directly a member of.
    pub(crate) memberships: BTreeMap<Oid, Vec<Oid>>,
    pub(crate) schemas: BTreeMap<Oid, Schema>,
    pub(crate) relations: BTreeMap<Oid, Relation>,
    /// By relation, the columns that may tell a tenant.
    pub(crate) columns: BTreeMap<Oid, Vec<Column>>,
    /// By relation.
    pub(crate) policies: BTreeMap<Oid, Vec<Policy>>,
    /// By relation.
    pub(crate) grants: BTreeMap<Oid, Vec<Grant>>,
    /// By child, its parents.
    pub(crate) parents: BTreeMap<Oid, Vec<Oid>>,
    /// By view, the relations that its query names.
    pub(crate) view_sources: BTreeMap<Oid, Vec<Oid>>,
    pub(crate) foreign_keys: Vec<ForeignKey>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) functions: BTreeMap<Oid, Function>,
    pub(crate) leaky_operators: BTreeSet<Oid>,
    pub(crate) default_grants: Vec<DefaultGrant>,
}

#[derive(Debug)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) superuser: bool,
    pub(crate) bypass: bool,
    pub(crate) login: bool,
}

#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) name: String,
    pub(crate) owner: Oid,
    /// Who may create in it, besides its owner.
    pub(crate) creators: Vec<Oid>,
    /// PostgreSQL's own, or of the session.
    pub(crate) is_system: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RelationKind {
    Table,
    ForeignTable,
    View,
    MaterialisedView,
}

#[derive(Debug)]
pub(crate) struct Relation {
    /// `schema.name`
    pub(crate) name: String,
    pub(crate) schema: String,
    pub(crate) kind: RelationKind,
    pub(crate) owner: Oid,
    pub(crate) enabled: bool,
    pub(crate) forced: bool,
    /// A view that reads with its caller's rights.
    pub(crate) invoker: bool,
}

#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) number: i16,
    pub(crate) name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    All,
    Select,
    Insert,
    Update,
    Delete,
}

#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) name: String,
    pub(crate) command: Command,
    pub(crate) permissive: bool,
    /// `PUBLIC`, or roles.
    pub(crate) roles: Vec<Oid>,
    pub(crate) using: Option<crate::tree::Node>,
    pub(crate) check: Option<crate::tree::Node>,
}

#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) grantee: Oid,
    pub(crate) privilege: String,
    /// Nothing for the whole relation.
    pub(crate) column: Option<i16>,
}

#[derive(Debug)]
pub(crate) struct ForeignKey {
    pub(crate) name: String,
    pub(crate) table: Oid,
    pub(crate) columns: Vec<i16>,
    pub(crate) target: Oid,
    pub(crate) target_columns: Vec<i16>,
}

#[derive(Debug)]
pub(crate) struct Index {
    /// `schema.name`
    pub(crate) name: String,
    pub(crate) table: Oid,
    pub(crate) unique: bool,
    pub(crate) keys: Vec<IndexKey>,
    /// Its expressions, in the order of the keys that are none of the table's columns.
    pub(crate) expressions: Option<crate::tree::Node>,
}

#[derive(Debug)]
pub(crate) struct IndexKey {
    /// Nothing for an expression.
    pub(crate) column: Option<i16>,
    /// As SQL shows it.
    pub(crate) shown: String,
    pub(crate) type_name: String,
    pub(crate) is_uuid: bool,
    /// Whether an operator of its class on its own type is leakproof.
    pub(crate) leakproof: bool,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own in pg_proc"
)]
#[derive(Debug)]
pub(crate) struct Function {
    /// `schema.name(types)`
    pub(crate) name: String,
    pub(crate) schema: String,
    pub(crate) of_system: bool,
    pub(crate) of_extension: bool,
    pub(crate) volatility: Volatility,
    pub(crate) leakproof: bool,
    pub(crate) definer: bool,
    pub(crate) public: bool,
    /// Whether names in its body are looked up when it runs.
    pub(crate) late_names: bool,
    pub(crate) search_path: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Volatility {
    Immutable,
    Stable,
    Volatile,
}

#[derive(Debug)]
pub(crate) struct DefaultGrant {
    pub(crate) role: Oid,
    /// Nothing for every schema.
    pub(crate) schema: Option<Oid>,
    /// The plural that `alter default privileges` takes.
    pub(crate) objects: String,
    pub(crate) privilege: String,
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Extent {
    /// Tables, partitions and foreign tables.
    pub tables: usize,
    /// Views and materialised views.
    pub views: usize,
    /// Policies.
    pub policies: usize,
    /// Functions with their owner's rights.
    pub definer_functions: usize,
    /// Roles that can log in.
    pub login_roles: usize,
}

impl Catalogue {
    /// Tables, partitions and foreign tables, in the order of their names.
    pub(crate) fn tables(&self) -> impl Iterator<Item = (Oid, &Relation)> {
        self.sorted(|kind| matches!(kind, RelationKind::Table | RelationKind::ForeignTable))
    }

    /// Views and materialised views, in the order of their names.
    pub(crate) fn views(&self) -> impl Iterator<Item = (Oid, &Relation)> {
        self.sorted(|kind| matches!(kind, RelationKind::View | RelationKind::MaterialisedView))
    }

    fn sorted(
        &self,
        wanted: impl Fn(RelationKind) -> bool,
    ) -> impl Iterator<Item = (Oid, &Relation)> {
        let mut found: Vec<_> = self
            .relations
            .iter()
            .filter(|(_, relation)| wanted(relation.kind))
            .map(|(oid, relation)| (*oid, relation))
            .collect();
        found.sort_by(|(_, a), (_, b)| a.name.cmp(&b.name));
        found.into_iter()
    }

    pub(crate) fn policies_of(&self, table: Oid) -> &[Policy] {
        self.policies.get(&table).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn grants_on(&self, relation: Oid) -> &[Grant] {
        self.grants.get(&relation).map_or(&[], Vec::as_slice)
    }

    /// A role as SQL names it.
    pub(crate) fn role_name(&self, role: Oid) -> &str {
        if role == PUBLIC {
            return "public";
        }
        self.roles.get(&role).map_or("unknown", |role| &role.name)
    }

    /// Every role that `role` is a member of, directly or through others, without itself.
    pub(crate) fn member_of(&self, role: Oid) -> BTreeSet<Oid> {
        closure(&self.memberships, role)
    }

    /// Whether a login is this role, or can become it.
    pub(crate) fn is_within_a_login_s_reach(&self, role: Oid) -> bool {
        role == PUBLIC
            || self.roles.iter().any(|(oid, candidate)| {
                candidate.login && (*oid == role || self.member_of(*oid).contains(&role))
            })
    }

    /// Whether row level security does not hold for the role.
    pub(crate) fn bypasses(&self, role: Oid) -> bool {
        self.roles
            .get(&role)
            .is_some_and(|role| role.superuser || role.bypass)
    }

    /// Tables and views that a view reads, also through other views.
    pub(crate) fn sources(&self, view: Oid) -> BTreeSet<Oid> {
        closure(&self.view_sources, view)
    }

    /// Tables above a partition or child.
    pub(crate) fn ancestors(&self, child: Oid) -> BTreeSet<Oid> {
        closure(&self.parents, child)
    }

    /// A table above this one that has row level security.
    pub(crate) fn secured_ancestor(&self, child: Oid) -> Option<&Relation> {
        self.ancestors(child)
            .into_iter()
            .filter_map(|oid| self.relations.get(&oid))
            .find(|ancestor| ancestor.enabled)
    }

    /// How much there is.
    pub fn extent(&self) -> Extent {
        Extent {
            tables: self.tables().count(),
            views: self.views().count(),
            policies: self.policies.values().map(Vec::len).sum(),
            definer_functions: self.functions.values().filter(|f| f.definer).count(),
            login_roles: self.roles.values().filter(|role| role.login).count(),
        }
    }

    /// Whether there is a schema of that name that is not PostgreSQL's own.
    pub fn has_schema(&self, name: &str) -> bool {
        self.schemas
            .values()
            .any(|schema| !schema.is_system && crate::name::raw(&schema.name) == name)
    }
}

fn closure(steps: &BTreeMap<Oid, Vec<Oid>>, from: Oid) -> BTreeSet<Oid> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(next) = open.pop() {
        for step in steps.get(&next).into_iter().flatten() {
            if found.insert(*step) {
                open.push(*step);
            }
        }
    }
    found.remove(&from);
    found
}
