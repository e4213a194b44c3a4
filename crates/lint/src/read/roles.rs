//! Roles, schemas, and what is granted on what comes later.

use std::collections::BTreeMap;

use sqlx::postgres::PgConnection;
use sqlx::postgres::types::Oid as PgOid;

use super::{all, numbers};
use crate::catalogue::{DefaultGrant, Oid, Role, Schema};

pub(super) async fn roles(tx: &mut PgConnection) -> Result<BTreeMap<Oid, Role>, sqlx::Error> {
    let rows: Vec<(PgOid, String, bool, bool, bool)> = all(
        tx,
        "select oid, quote_ident(rolname), rolsuper, rolbypassrls, rolcanlogin from pg_roles",
    )
    .await?;
    let role = |(oid, name, superuser, bypass, login): (PgOid, _, _, _, _)| {
        let role = Role {
            name,
            superuser,
            bypass,
            login,
        };
        (oid.0, role)
    };
    Ok(rows.into_iter().map(role).collect())
}

pub(super) async fn schemas(tx: &mut PgConnection) -> Result<BTreeMap<Oid, Schema>, sqlx::Error> {
    let rows: Vec<(PgOid, String, PgOid, bool, Vec<PgOid>)> = all(
        tx,
        "select n.oid, quote_ident(n.nspname), n.nspowner, OF_SYSTEM,
                array(select a.grantee from aclexplode(n.nspacl) a
                       where a.privilege_type = 'CREATE' and a.grantee <> n.nspowner order by 1)
           from pg_namespace n",
    )
    .await?;
    let schema = |(oid, name, owner, is_system, creators): (PgOid, _, PgOid, _, _)| {
        let creators = numbers(creators);
        let owner = owner.0;
        (
            oid.0,
            Schema {
                name,
                owner,
                creators,
                is_system,
            },
        )
    };
    Ok(rows.into_iter().map(schema).collect())
}

/// What everybody gets on objects that are made later. That functions are open to everybody where
/// nothing else was said is PostgreSQL's own default, and an entry for all schemas repeats it.
pub(super) async fn default_grants(
    tx: &mut PgConnection,
) -> Result<Vec<DefaultGrant>, sqlx::Error> {
    let rows: Vec<(PgOid, PgOid, String, String)> = all(
        tx,
        "select d.defaclrole, d.defaclnamespace,
                case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences'
                     when 'f' then 'functions' else 'schemas' end,
                a.privilege_type
           from pg_default_acl d, aclexplode(d.defaclacl) a
          where a.grantee = 0 and d.defaclobjtype in ('r', 'S', 'f', 'n')
            and not (d.defaclobjtype = 'f' and d.defaclnamespace = 0)
          order by 1, 2, 3, 4",
    )
    .await?;
    let grant = |(role, schema, objects, privilege): (PgOid, PgOid, _, _)| DefaultGrant {
        role: role.0,
        schema: (schema.0 != 0).then_some(schema.0),
        objects,
        privilege,
    };
    Ok(rows.into_iter().map(grant).collect())
}
