//! Functions with their owner's rights, and whatever expressions call.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::FromRow;
use sqlx::postgres::PgConnection;
use sqlx::postgres::types::Oid as PgOid;

use super::OF_SYSTEM;
use crate::catalogue::{Function, Oid, Volatility};

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own in pg_proc"
)]
#[derive(FromRow)]
struct FunctionRow {
    oid: PgOid,
    name: String,
    schema: String,
    of_system: bool,
    of_extension: bool,
    volatility: String,
    leakproof: bool,
    definer: bool,
    public: bool,
    late_names: bool,
    search_path: Option<String>,
}

/// Those with their owner's rights, and those that expressions call. A body in the SQL standard's form
/// (from 14 on) has its names bound when it is made, and compiled code has none; `prosqlbody` is read
/// by way of JSON because 13 has no such column.
pub(super) async fn functions(
    tx: &mut PgConnection,
    called: &[PgOid],
) -> Result<BTreeMap<Oid, Function>, sqlx::Error> {
    let statement = "
        select p.oid, quote_ident(n.nspname) || '.' || quote_ident(p.proname)
                      || '(' || oidvectortypes(p.proargtypes) || ')' as name,
               quote_ident(n.nspname) as schema, OF_SYSTEM as of_system,
               exists (select from pg_depend d where d.classid = 'pg_catalog.pg_proc'::regclass
                          and d.objid = p.oid and d.deptype = 'e') as of_extension,
               p.provolatile::text as volatility, p.proleakproof as leakproof, p.prosecdef as definer,
               exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                        where a.grantee = 0) as public,
               l.lanname not in ('c', 'internal') and to_jsonb(p) ->> 'prosqlbody' is null as late_names,
               (select substr(s, 13) from unnest(p.proconfig) s where s like 'search\\_path=%') as search_path
          from pg_proc p join pg_namespace n on n.oid = p.pronamespace
          join pg_language l on l.oid = p.prolang
         where p.oid = any ($1) or (p.prosecdef and not OF_SYSTEM)";
    let rows: Vec<FunctionRow> = sqlx::query_as(sqlx::AssertSqlSafe(
        statement.replace("OF_SYSTEM", OF_SYSTEM),
    ))
    .bind(called)
    .fetch_all(tx)
    .await?;
    let function = |row: FunctionRow| {
        let volatility = match row.volatility.as_str() {
            "i" => Volatility::Immutable,
            "s" => Volatility::Stable,
            _ => Volatility::Volatile,
        };
        let function = Function {
            name: row.name,
            schema: row.schema,
            of_system: row.of_system,
            of_extension: row.of_extension,
            volatility,
            leakproof: row.leakproof,
            definer: row.definer,
            public: row.public,
            late_names: row.late_names,
            search_path: row.search_path,
        };
        (row.oid.0, function)
    };
    Ok(rows.into_iter().map(function).collect())
}

pub(super) async fn leaky_operators(
    tx: &mut PgConnection,
    used: &[PgOid],
) -> Result<BTreeSet<Oid>, sqlx::Error> {
    let rows: Vec<PgOid> = sqlx::query_scalar(
        "select o.oid from pg_operator o join pg_proc p on p.oid = o.oprcode
          where o.oid = any ($1) and not p.proleakproof",
    )
    .bind(used)
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|oid| oid.0).collect())
}
