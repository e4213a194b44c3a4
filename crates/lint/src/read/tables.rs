//! Tables and views, with their policies and grants.

use std::collections::BTreeMap;

use sqlx::FromRow;
use sqlx::postgres::PgConnection;
use sqlx::postgres::types::Oid as PgOid;

use super::{ReadError, all, grouped, numbers, tree};
use crate::catalogue::{Column, Command, Grant, Oid, Policy, Relation, RelationKind};

#[derive(FromRow)]
struct RelationRow {
    oid: PgOid,
    schema: String,
    name: String,
    kind: String,
    owner: PgOid,
    enabled: bool,
    forced: bool,
    invoker: bool,
}

/// What an extension brings is the extension's to mend.
pub(super) async fn relations(
    tx: &mut PgConnection,
) -> Result<BTreeMap<Oid, Relation>, sqlx::Error> {
    let rows: Vec<RelationRow> = all(
        tx,
        "select c.oid, quote_ident(n.nspname) as schema,
                quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name, c.relkind::text as kind,
                c.relowner as owner, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
                coalesce((select o.option_value::bool from pg_options_to_table(c.reloptions) o
                           where o.option_name = 'security_invoker'), false) as invoker
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind in ('r', 'p', 'f', 'v', 'm') and not OF_SYSTEM
            and not exists (select from pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass
                               and d.objid = c.oid and d.deptype = 'e')",
    )
    .await?;
    let relation = |row: RelationRow| {
        let kind = match row.kind.as_str() {
            "f" => RelationKind::ForeignTable,
            "v" => RelationKind::View,
            "m" => RelationKind::MaterialisedView,
            _ => RelationKind::Table,
        };
        let relation = Relation {
            name: row.name,
            schema: row.schema,
            kind,
            owner: row.owner.0,
            enabled: row.enabled,
            forced: row.forced,
            invoker: row.invoker,
        };
        (row.oid.0, relation)
    };
    Ok(rows.into_iter().map(relation).collect())
}

pub(super) async fn columns(
    tx: &mut PgConnection,
    names: &[&str],
) -> Result<BTreeMap<Oid, Vec<Column>>, sqlx::Error> {
    let rows: Vec<(PgOid, i16, String)> = sqlx::query_as(
        "select attrelid, attnum, attname::text from pg_attribute
          where attname = any ($1::text[]::name[]) and attnum > 0 and not attisdropped",
    )
    .bind(names)
    .fetch_all(tx)
    .await?;
    let column = |(table, number, name): (PgOid, _, _)| (table.0, Column { number, name });
    Ok(grouped(rows.into_iter().map(column)))
}

#[derive(FromRow)]
struct PolicyRow {
    table: PgOid,
    name: String,
    command: String,
    permissive: bool,
    roles: Vec<PgOid>,
    qual: Option<String>,
    check: Option<String>,
}

pub(super) async fn policies(
    tx: &mut PgConnection,
) -> Result<BTreeMap<Oid, Vec<Policy>>, ReadError> {
    let rows: Vec<PolicyRow> = all(
        tx,
        "select polrelid as table, quote_ident(polname) as name, polcmd::text as command,
                polpermissive as permissive, polroles as roles, polqual::text as qual,
                polwithcheck::text as check
           from pg_policy order by polrelid, polname",
    )
    .await?;
    let mut policies = Vec::new();
    for row in rows {
        let command = match row.command.as_str() {
            "r" => Command::Select,
            "a" => Command::Insert,
            "w" => Command::Update,
            "d" => Command::Delete,
            _ => Command::All,
        };
        let of = format!("policy {}", row.name);
        let policy = Policy {
            using: tree(row.qual, &of)?,
            check: tree(row.check, &of)?,
            name: row.name,
            command,
            permissive: row.permissive,
            roles: numbers(row.roles),
        };
        policies.push((row.table.0, policy));
    }
    Ok(grouped(policies.into_iter()))
}

pub(super) async fn grants(
    tx: &mut PgConnection,
) -> Result<BTreeMap<Oid, Vec<Grant>>, sqlx::Error> {
    let rows: Vec<(PgOid, PgOid, String, Option<i16>)> = all(
        tx,
        "select c.oid, a.grantee, a.privilege_type, null::int2
           from pg_class c join pg_namespace n on n.oid = c.relnamespace,
                aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
          where c.relkind in ('r', 'p', 'f', 'v', 'm') and not OF_SYSTEM
          union all
         select c.oid, a.grantee, a.privilege_type, t.attnum
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
           join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) a
          where c.relkind in ('r', 'p', 'f', 'v', 'm') and not OF_SYSTEM",
    )
    .await?;
    let grant = |(relation, grantee, privilege, column): (PgOid, PgOid, _, _)| {
        let grantee = grantee.0;
        (
            relation.0,
            Grant {
                grantee,
                privilege,
                column,
            },
        )
    };
    Ok(grouped(rows.into_iter().map(grant)))
}
