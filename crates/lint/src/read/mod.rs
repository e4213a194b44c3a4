//! Reads the catalogue.
//!
//! The statements are plain text and not sqlx's checked macros: those compare with our own schema on
//! the version that we build with, and these run on anybody's database, from PostgreSQL 13 on. They
//! name columns of `pg_catalog` alone, of every version, and are tested against a real server. They
//! change nothing, lock nothing but the catalogue's rows, and read no table of the database's owner.

mod functions;
mod keys;
mod roles;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use sqlx::postgres::types::Oid as PgOid;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Connection as _, Executor as _, FromRow};

use crate::catalogue::{Catalogue, Oid};
use crate::expression;
use crate::tree::Node;

/// The oldest server whose catalogue has the columns that are read.
const OLDEST: i32 = 130_000;

/// Why a database's catalogue could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Its catalogue has other columns.
    #[error("the server is PostgreSQL {0}, and the rules are for 13 and newer")]
    TooOld(i32),
    /// An expression that is not in the form that PostgreSQL stores.
    #[error("an expression of {of} is stored in a form that is not known here")]
    Expression {
        /// What it belongs to.
        of: String,
    },
    /// The login may not read a part of the catalogue.
    #[error("this login may not read the catalogue. Grant it what PostgreSQL grants to everybody")]
    Refused(#[source] sqlx::Error),
    /// The database failed.
    #[error("the catalogue could not be read")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for ReadError {
    fn from(error: sqlx::Error) -> Self {
        let code = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code);
        // insufficient_privilege
        if code.as_deref() == Some("42501") {
            Self::Refused(error)
        } else {
            Self::Database(error)
        }
    }
}

/// Reads the catalogue of the connected database. Inside a transaction it sees what that has made.
pub async fn read(
    connection: &mut PgConnection,
    tenant_columns: &[&str],
) -> Result<Catalogue, ReadError> {
    let version: i32 = sqlx::query_scalar("select current_setting('server_version_num')::int")
        .fetch_one(&mut *connection)
        .await?;
    if version < OLDEST {
        return Err(ReadError::TooOld(version / 10_000));
    }
    let mut tx = connection.begin().await?;
    // Types are then named with their schema, whatever path the login has.
    tx.execute("set local search_path = ''").await?;
    let catalogue = read_all(&mut tx, version, tenant_columns).await;
    tx.rollback().await?;
    catalogue
}

async fn read_all(
    tx: &mut PgConnection,
    version: i32,
    tenant_columns: &[&str],
) -> Result<Catalogue, ReadError> {
    let mut catalogue = Catalogue {
        database: one(tx, "select quote_ident(current_database())").await?,
        version,
        roles: roles::roles(tx).await?,
        memberships: pairs(tx, "select member, roleid from pg_auth_members").await?,
        schemas: roles::schemas(tx).await?,
        relations: tables::relations(tx).await?,
        columns: tables::columns(tx, tenant_columns).await?,
        policies: tables::policies(tx).await?,
        grants: tables::grants(tx).await?,
        parents: pairs(tx, "select inhrelid, inhparent from pg_inherits").await?,
        view_sources: pairs(tx, VIEW_SOURCES).await?,
        foreign_keys: keys::foreign_keys(tx).await?,
        indexes: keys::indexes(tx).await?,
        functions: BTreeMap::new(),
        leaky_operators: BTreeSet::new(),
        default_grants: roles::default_grants(tx).await?,
    };
    let expressions: Vec<&Node> = catalogue
        .policies
        .values()
        .flatten()
        .flat_map(|policy| policy.using.iter().chain(&policy.check))
        .chain(
            catalogue
                .indexes
                .iter()
                .filter_map(|index| index.expressions.as_ref()),
        )
        .collect();
    let named = |ask: fn(&Node) -> BTreeSet<Oid>| -> Vec<PgOid> {
        let found: BTreeSet<Oid> = expressions.iter().flat_map(|node| ask(node)).collect();
        found.into_iter().map(PgOid).collect()
    };
    let (called, used) = (named(expression::functions), named(expression::operators));
    catalogue.functions = functions::functions(tx, &called).await?;
    catalogue.leaky_operators = functions::leaky_operators(tx, &used).await?;
    Ok(catalogue)
}

/// The number of a query's list: a schema is PostgreSQL's own, or of sessions.
const OF_SYSTEM: &str =
    "(n.nspname in ('pg_catalog', 'information_schema') or n.nspname ~ '^pg_(toast|temp)')";

async fn one(tx: &mut PgConnection, statement: &'static str) -> Result<String, sqlx::Error> {
    sqlx::query_scalar(statement).fetch_one(tx).await
}

async fn all<T: for<'r> FromRow<'r, PgRow> + Send + Unpin>(
    tx: &mut PgConnection,
    statement: &str,
) -> Result<Vec<T>, sqlx::Error> {
    // Written in this file; nothing of anybody else is in it.
    let statement = statement.replace("OF_SYSTEM", OF_SYSTEM);
    sqlx::query_as(sqlx::AssertSqlSafe(statement))
        .fetch_all(tx)
        .await
}

async fn pairs(
    tx: &mut PgConnection,
    statement: &str,
) -> Result<BTreeMap<Oid, Vec<Oid>>, sqlx::Error> {
    let rows: Vec<(PgOid, PgOid)> = all(tx, statement).await?;
    Ok(grouped(rows.into_iter().map(|(from, to)| (from.0, to.0))))
}

fn grouped<T>(rows: impl Iterator<Item = (Oid, T)>) -> BTreeMap<Oid, Vec<T>> {
    let mut groups: BTreeMap<Oid, Vec<T>> = BTreeMap::new();
    for (of, item) in rows {
        groups.entry(of).or_default().push(item);
    }
    groups
}

fn numbers(oids: Vec<PgOid>) -> Vec<Oid> {
    oids.into_iter().map(|oid| oid.0).collect()
}

fn tree(text: Option<String>, of: &str) -> Result<Option<Node>, ReadError> {
    let parse = |text: String| {
        Node::parse(&text).ok_or_else(|| ReadError::Expression {
            of: crate::name::shown(of),
        })
    };
    text.map(parse).transpose()
}

const VIEW_SOURCES: &str = "
    select distinct r.ev_class, d.refobjid
      from pg_rewrite r
      join pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
                      and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid <> r.ev_class
      join pg_class c on c.oid = r.ev_class and c.relkind in ('v', 'm')";
