use serde_json::Value;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _};
use trust::{Control, Found};

use super::context::begin_as;
use super::row_level_security::readable;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "access.policy_functions",
    "AC-07",
    "Whatever our policies call is stable, runs with a pinned search path and the rights of a role that nobody logs in as, or was bound to what it names when it was made, and is closed to the public; the planner runs it once for a statement over a table, and not once for a row.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// Every function of ours that a policy calls, and that such a function calls in turn; and what is wrong with it.
/// The body of a standard SQL function is parsed when it is made, so that no search path changes what it means.
const CALLED: &str = "
    with recursive called (id) as (
        select d.refobjid from pg_depend d
         where d.classid = 'pg_policy'::regclass and d.refclassid = 'pg_proc'::regclass
        union
        select d.refobjid from called join pg_depend d on d.objid = called.id
         where d.classid = 'pg_proc'::regclass and d.refclassid = 'pg_proc'::regclass)
    select format('%I.%I', n.nspname, f.proname),
           case when f.provolatile = 'v' then 'is volatile'
                when not f.prosecdef and f.prosqlbody is null then 'runs with the rights of whoever asks'
                when f.prosecdef and not coalesce(f.proconfig @> array['search_path=pg_catalog, pg_temp'], false)
                    then 'has no pinned search path'
                when r.rolcanlogin or r.rolsuper then 'belongs to ' || r.rolname
                when f.proacl is null or f.proacl::text ~ '[{,]=' then 'is open to everybody'
           end
      from called join pg_proc f on f.oid = called.id join pg_namespace n on n.oid = f.pronamespace
      join pg_roles r on r.oid = f.proowner
     where n.nspname not in ('pg_catalog', 'information_schema') order by 1";

async fn look(context: &Context) -> Look {
    let mut front = context.as_front().await?;
    let called: Vec<(String, Option<String>)> =
        sqlx::query_as(CALLED).fetch_all(&mut front).await?;
    for (name, wrong) in &called {
        if let Some(wrong) = wrong {
            fail!("{name}, which a policy calls, {wrong}");
        }
    }
    if called.is_empty() {
        return Ok(Found::Error("no policy calls anything".to_owned()));
    }
    let mut plans = 0;
    for connection in [&mut front, &mut context.as_broker().await?] {
        begin_as(connection, &context.a.hash).await?;
        for table in readable(connection).await? {
            let plan = plan(connection, &table.name).await?;
            if let Some(name) = once_a_row(&plan, &called) {
                fail!("a statement over {} calls {name} once a row", table.name);
            }
            plans += 1;
        }
        connection.execute("rollback").await?;
    }
    let cost = cost(context, &mut front).await?;
    Ok(Found::Pass(format!(
        "{} functions that policies call are as they should be; {plans} plans over single tables call them once a statement, which takes {cost:.0} µs",
        called.len(),
    )))
}

async fn plan(connection: &mut PgConnection, table: &str) -> Result<Value, sqlx::Error> {
    // The name is quoted by the catalogue query.
    let statement = format!("explain (format json) select count(*) from {table}");
    sqlx::query_scalar(AssertSqlSafe(statement))
        .fetch_one(connection)
        .await
}

/// A called function that stands in a condition on rows: what runs once stands there as a parameter.
fn once_a_row<'a>(plan: &Value, called: &'a [(String, Option<String>)]) -> Option<&'a str> {
    match plan {
        Value::Array(parts) => parts.iter().find_map(|part| once_a_row(part, called)),
        Value::Object(node) => node.iter().find_map(|(key, value)| match value.as_str() {
            Some(text) if key.ends_with("Filter") || key.ends_with("Cond") => {
                let mut names = called.iter().map(|(name, _)| name.as_str());
                names.find(|name| text.contains(&format!("{name}(")))
            }
            _ => once_a_row(value, called),
        }),
        _ => None,
    }
}

const CALLS: f64 = 1000.0;

/// Microseconds that the dearest of them takes: whose the row must be, for a permission.
async fn cost(context: &Context, front: &mut PgConnection) -> Result<f64, sqlx::Error> {
    begin_as(front, &context.a.hash).await?;
    // An argument of each row's own keeps the planner from calling it once.
    let statement = format!(
        "explain (analyze, timing off, format json)
         select ctx.org_for('people.read' || left(n::text, 0)) from generate_series(1, {CALLS}) n"
    );
    let plan: Value = sqlx::query_scalar(AssertSqlSafe(statement))
        .fetch_one(&mut *front)
        .await?;
    front.execute("rollback").await?;
    let milliseconds = plan[0]["Execution Time"].as_f64().unwrap_or_default();
    Ok(milliseconds * 1000.0 / CALLS)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_call_for_each_row_is_told_from_one_for_all() {
        let called = [("ctx.org".to_owned(), None)];
        let once = json!([{ "Plan": { "Filter": "(org_id = $0)", "Plans": [{ "Node Type": "Result" }] } }]);
        assert_eq!(once_a_row(&once, &called), None);
        let each = json!([{ "Plan": { "Plans": [{ "Index Cond": "(org_id = ctx.org())" }] } }]);
        assert_eq!(once_a_row(&each, &called), Some("ctx.org"));
    }
}
