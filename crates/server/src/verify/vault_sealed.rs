use kernel::Scope;
use trust::{Control, Found};

use super::egress_self_test::withstood;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "broker.sealed_values",
    "VA-01",
    "A secret that was moved to another tenant, row, field or version does not open; no nonce repeats; and the web process's login may read no ciphertext.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// Every column that holds what is sealed, by its name, and whether the login may read it.
const SEALED_COLUMNS: &str = "
    select format('%s.%s.%s', n.nspname, c.relname, a.attname), has_column_privilege(c.oid, a.attnum, 'select')
      from pg_attribute a
      join pg_class c on c.oid = a.attrelid
      join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^(pg_|information_schema$)'
       and a.attnum > 0 and not a.attisdropped and a.atttypid = 'bytea'::regtype
       and a.attname ~ '(^|_)(sealed|wrapped)(_|$)'
     order by 1";

async fn look(context: &Context) -> Look {
    let attacked = match withstood(context, &["VA-01"]).await? {
        Ok(told) => told,
        Err(found) => return Ok(found),
    };
    let mut tx = context.db.read(&Scope::Anonymous).await?;
    let (sealed, repeated): (i64, i64) =
        sqlx::query_as("select sealed, repeated from broker.nonces()")
            .fetch_one(&mut *tx)
            .await?;
    if repeated > 0 {
        fail!("{repeated} nonces were used twice under one key");
    }
    let mut front = context.as_front().await?;
    let sealed_columns: Vec<(String, bool)> =
        sqlx::query_as(SEALED_COLUMNS).fetch_all(&mut front).await?;
    if sealed_columns.is_empty() {
        return Ok(Found::Error("no column holds what is sealed".to_owned()));
    }
    if let Some((column, _)) = sealed_columns.iter().find(|(_, may_read)| *may_read) {
        fail!("the web process's login may read {column}");
    }
    Ok(Found::Pass(format!(
        "{attacked}; {sealed} stored ciphertexts, no nonce twice under one key; the web process's login may read none of the {} columns that hold them",
        sealed_columns.len()
    )))
}
