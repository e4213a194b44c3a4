//! Foreign keys and indexes.

use sqlx::FromRow;
use sqlx::postgres::PgConnection;
use sqlx::postgres::types::Oid as PgOid;

use super::{ReadError, all, tree};
use crate::catalogue::{ForeignKey, Index, IndexKey};

#[derive(FromRow)]
struct ForeignKeyRow {
    name: String,
    table: PgOid,
    columns: Vec<i16>,
    target: PgOid,
    target_columns: Vec<i16>,
}

/// A partition has its parent's keys again: they are told once.
pub(super) async fn foreign_keys(tx: &mut PgConnection) -> Result<Vec<ForeignKey>, sqlx::Error> {
    let rows: Vec<ForeignKeyRow> = all(
        tx,
        "select quote_ident(conname) as name, conrelid as table, conkey as columns,
                confrelid as target, confkey as target_columns
           from pg_constraint where contype = 'f' and conparentid = 0 order by conrelid, conname",
    )
    .await?;
    let key = |row: ForeignKeyRow| ForeignKey {
        name: row.name,
        table: row.table.0,
        columns: row.columns,
        target: row.target.0,
        target_columns: row.target_columns,
    };
    Ok(rows.into_iter().map(key).collect())
}

#[derive(FromRow)]
struct IndexRow {
    index: PgOid,
    name: String,
    table: PgOid,
    is_unique: bool,
    expressions: Option<String>,
    column: Option<i16>,
    shown: String,
    type_name: String,
    is_uuid: bool,
    leakproof: bool,
}

/// One row a key. An operator class is leakproof for a key where one of its operators for searching
/// is, on the class's own type: btree and hash compare with the same type, others need not.
const INDEXES: &str = "
    select i.indexrelid as index, quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name,
           i.indrelid as table, i.indisunique or i.indisexclusion as is_unique,
           i.indexprs::text as expressions, nullif(key.attnum, 0) as column,
           coalesce(quote_ident(a.attname), 'an expression') as shown,
           format_type(coalesce(a.atttypid, k.atttypid), null) as type_name,
           k.atttypid = 'pg_catalog.uuid'::regtype as is_uuid,
           coalesce((select bool_or(p.proleakproof) from pg_amop o join pg_operator op on op.oid = o.amopopr
                       join pg_proc p on p.oid = op.oprcode
                      where o.amopfamily = oc.opcfamily and o.amoppurpose = 's' and o.amoplefttype = oc.opcintype
                        and (am.amname not in ('btree', 'hash') or o.amoprighttype = oc.opcintype)
           ), true          ) as leakproof
      from pg_index i
      join pg_class c on c.oid = i.indexrelid and not c.relispartition
      join pg_class t on t.oid = i.indrelid
      join pg_am am on am.oid = c.relam
      join pg_namespace n on n.oid = c.relnamespace
     cross join lateral unnest(i.indkey::int2[], i.indclass::oid[]) with ordinality as key (attnum, class, place)
      join pg_opclass oc on oc.oid = key.class
      join pg_attribute k on k.attrelid = i.indexrelid and k.attnum = key.place
      left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = key.attnum and key.attnum > 0
     where not OF_SYSTEM and key.place <= i.indnkeyatts and i.indislive
     order by i.indrelid, c.relname, key.place";

pub(super) async fn indexes(tx: &mut PgConnection) -> Result<Vec<Index>, ReadError> {
    let rows: Vec<IndexRow> = all(tx, INDEXES).await?;
    let mut indexes: Vec<(PgOid, Index)> = Vec::new();
    for row in rows {
        let key = IndexKey {
            column: row.column,
            shown: row.shown,
            type_name: row.type_name,
            is_uuid: row.is_uuid,
            leakproof: row.leakproof,
        };
        match indexes.last_mut() {
            Some((last, index)) if *last == row.index => index.keys.push(key),
            _ => indexes.push((
                row.index,
                Index {
                    expressions: tree(row.expressions, &format!("index {}", row.name))?,
                    name: row.name,
                    table: row.table.0,
                    unique: row.is_unique,
                    keys: vec![key],
                },
            )),
        }
    }
    Ok(indexes.into_iter().map(|(_, index)| index).collect())
}
