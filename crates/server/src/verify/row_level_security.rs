use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _};
use trust::{Control, Found};

use super::context::begin_as;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "db.row_level_security",
    "AC-01",
    "A direct connection as the login of the web process or of the broker sees nothing of another organisation on any table, and nothing at all with nobody signed in.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// What holds nobody's data: the same for every tenant, or hashes.
pub(super) const OPEN: [&str; 8] = [
    "access.permissions",
    "audit.nodes",
    "audit.checkpoints",
    "trust.evidence",
    "broker.signing_keys",
    "broker.token_keys",
    "broker.server_keys",
    "broker.rotations",
];

async fn look(context: &Context) -> Look {
    let (mut front, mut broker) = (context.as_front().await?, context.as_broker().await?);
    let mut evidence = Vec::new();
    for (who, connection) in [("web process", &mut front), ("broker", &mut broker)] {
        match as_login(context, (who, connection)).await? {
            Found::Pass(seen) => evidence.push(seen),
            other => return Ok(other),
        }
        if let Some(how) = forged(connection, context).await? {
            fail!("as the {who}'s login, {how}");
        }
    }
    evidence.push("3 forged contexts refused as each".to_owned());
    Ok(Found::Pass(evidence.join("; ")))
}

async fn as_login(
    context: &Context,
    (who, connection): (&str, &mut PgConnection),
) -> Result<Found, sqlx::Error> {
    let tables = readable(connection).await?;
    let closed: Vec<&Table> = tables
        .iter()
        .filter(|table| !OPEN.contains(&table.name.as_str()))
        .collect();
    for table in &closed {
        if rows(connection, &table.name, "true").await? > 0 {
            fail!(
                "with nobody signed in, {} shows rows to the {who}'s login",
                table.name
            );
        }
    }
    // What B has is there to be seen: otherwise seeing nothing of it would prove nothing.
    let scoped: Vec<&Table> = tables.iter().filter(|table| table.has_org).collect();
    begin_as(connection, &context.b.hash).await?;
    let mut exercised = 0;
    for table in &scoped {
        exercised += i64::from(rows(connection, &table.name, "true").await? > 0);
    }
    connection.execute("rollback").await?;
    if exercised == 0 {
        return Ok(Found::Error(format!(
            "organisation B has no rows that the {who}'s login could look for"
        )));
    }
    begin_as(connection, &context.a.hash).await?;
    let foreign = format!(
        "org_id is distinct from '{}'",
        context.a.organisation.uuid()
    );
    for table in &scoped {
        let seen = rows(connection, &table.name, &foreign).await?;
        if seen > 0 {
            fail!(
                "organisation A sees {seen} rows of others in {} by the {who}'s login",
                table.name
            );
        }
    }
    connection.execute("rollback").await?;
    Ok(Found::Pass(format!(
        "{} tables readable by the {who} show 0 rows unbound, {} tenant tables 0 foreign rows to organisation A, {exercised} of which hold rows of B",
        closed.len(),
        scoped.len(),
    )))
}

pub(super) struct Table {
    pub(super) name: String,
    has_org: bool,
}

/// The tables of which this login may read anything.
pub(super) async fn readable(connection: &mut PgConnection) -> Result<Vec<Table>, sqlx::Error> {
    let rows: Vec<(String, bool)> = sqlx::query_as(
        "select format('%I.%I', n.nspname, c.relname),
                exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id'
                           and has_column_privilege(c.oid, a.attnum, 'select'))
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
            and n.nspname !~ '^pg_(toast|temp)' and has_any_column_privilege(c.oid, 'select')
          order by 1",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(name, has_org)| Table { name, has_org })
        .collect())
}

pub(super) async fn rows(
    connection: &mut PgConnection,
    table: &str,
    condition: &str,
) -> Result<i64, sqlx::Error> {
    // The name is quoted by the catalogue query, the condition is written here.
    let statement = format!("select count(*) from {table} where {condition}");
    sqlx::query_scalar(AssertSqlSafe(statement))
        .fetch_one(connection)
        .await
}

/// Contexts that injected SQL could make. Returns the one that worked.
async fn forged(
    front: &mut PgConnection,
    context: &Context,
) -> Result<Option<&'static str>, sqlx::Error> {
    let victim = context.b.organisation.uuid();
    let made_up = format!(
        "begin; select set_config('countersign.context', concat_ws('|', pg_backend_pid()::text || '/' || (extract(epoch from transaction_timestamp()) * 1000000)::bigint, 'session', '{victim}', '{victim}', '{victim}', '100', '*', 'true', repeat('0', 64)), true)"
    );
    front.execute(AssertSqlSafe(made_up)).await?;
    let seen = rows(front, "identity.memberships", "true").await?;
    front.execute("rollback").await?;
    if seen > 0 {
        return Ok(Some("a context without a valid MAC was believed"));
    }
    begin_as(front, &context.a.hash).await?;
    let altered = format!(
        "select set_config('countersign.context', replace(current_setting('countersign.context'), '{}', '{victim}'), true)",
        context.a.organisation.uuid(),
    );
    front.execute(AssertSqlSafe(altered)).await?;
    let seen = rows(front, "identity.memberships", "true").await?;
    front.execute("rollback").await?;
    if seen > 0 {
        return Ok(Some(
            "a context altered to name another organisation was believed",
        ));
    }
    begin_as(front, &context.a.hash).await?;
    let own: String = sqlx::query_scalar("select current_setting('countersign.context')")
        .fetch_one(&mut *front)
        .await?;
    front.execute("rollback").await?;
    front.execute("begin").await?;
    sqlx::query("select set_config('countersign.context', $1, true)")
        .bind(own)
        .execute(&mut *front)
        .await?;
    let seen = rows(front, "identity.memberships", "true").await?;
    front.execute("rollback").await?;
    Ok((seen > 0).then_some("a context of an earlier transaction was believed"))
}
