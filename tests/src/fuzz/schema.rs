//! The tables as the catalogue has them, and how each login tells its rows apart.

use sqlx::postgres::PgConnection;

/// A table, for one login.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) name: String,
    /// A text expression over the columns of its key that the login may read: rows apart, or all
    /// alike where it may read none of them. Nothing where it may read no column.
    pub(super) key: Option<String>,
}

/// Every table, as `login` may read it.
pub(super) async fn tables(fate: &mut PgConnection, login: &str) -> Vec<Table> {
    let rows: Vec<(String, Option<String>, bool)> = sqlx::query_as(
        "select format('%I.%I', n.nspname, c.relname),
                (select string_agg(format('%I::text', a.attname), $$ || '/' || $$ order by a.attnum)
                   from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
                  where i.indrelid = c.oid and i.indisprimary and has_column_privilege($1, c.oid, a.attnum, 'select')),
                has_any_column_privilege($1, c.oid, 'select') and has_schema_privilege($1, n.oid, 'usage')
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
            and n.nspname !~ '^pg_toast'
          order by 1",
    )
    .bind(login)
    .fetch_all(fate)
    .await
    .unwrap();
    rows.into_iter()
        .map(|(name, key, is_readable)| Table {
            name,
            key: is_readable.then(|| key.unwrap_or_else(|| "'row'".to_owned())),
        })
        .collect()
}
