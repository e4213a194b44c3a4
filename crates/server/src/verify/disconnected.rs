use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _};
use trust::{Control, Found};
use uuid::Uuid;

use super::context::begin_as;
use super::exhibit::{callable, connection};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "connectors.disconnected",
    "CO-07",
    "A connection that has ended does not come back, and opens a receipt with its end; what was sealed for it is destroyed by whoever has the turn to tell its app, which no other tenant gets by its own session, and which reaches nothing else of the organisation.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// What ends connections, and destroys what was sealed for them.
const ENDS: [&str; 4] = [
    "connectors.disconnect_all",
    "connectors.take_closing",
    "connectors.put_closing_off",
    "connectors.close",
];

/// What the turn must not reach. Without conditions: a statement that reads nothing asks no policy for reading.
const BEYOND: [&str; 4] = [
    "update connectors.connections set state_reason = null",
    "update approvals.proposals set outcome_code = null",
    "delete from broker.secrets where owner_id <> ctx.principal()",
    "insert into broker.calls (id, org_id, connection_id, operation, actor_kind, actor_id, duration_ms, answer_bytes)
     values (gen_random_uuid(), ctx.org(), ctx.principal(), 'control', 'session', gen_random_uuid(), 0, 0)",
];

/// Nothing of it is committed.
async fn look(context: &Context) -> Look {
    let mut front = context.as_front().await?;
    if let Some(function) = callable(&mut front, &ENDS).await? {
        fail!("the web process's login may call {function}");
    }
    let id = connection(context).await?;
    let mut broker = context.as_broker().await?;
    begin_as(&mut broker, &context.a.hash).await?;
    seal(&mut broker, id).await?;
    let end = format!("update connectors.connections set state = 'disconnected' where id = '{id}'");
    broker.execute(AssertSqlSafe(end)).await?;
    let back = format!("update connectors.connections set state = 'connected' where id = '{id}'");
    if broker.execute(AssertSqlSafe(back)).await?.rows_affected() > 0 {
        fail!("a connection that had ended came back");
    }
    let receipts = format!("select count(*) from connectors.receipts where connection_id = '{id}'");
    if number(&mut broker, &receipts).await? != 1 {
        fail!("a connection ended without a receipt");
    }
    let bind = format!("select ctx.bind_session('\\x{}')", context.b.hash.to_hex());
    broker.execute(AssertSqlSafe(bind)).await?;
    let take = |ticket: &str| {
        format!("select count(*) from connectors.take_closing('{id}', sha256('{id} {ticket}'), 60)")
    };
    if number(&mut broker, &take("other")).await? > 0 {
        fail!("another tenant took the turn to end a connection");
    }
    let bind = format!("select ctx.bind_session('\\x{}')", context.a.hash.to_hex());
    broker.execute(AssertSqlSafe(bind)).await?;
    if number(&mut broker, &take("own")).await? != 1 {
        return Ok(Found::Error("no turn could be taken".to_owned()));
    }
    let bind = format!("select ctx.bind_turn(sha256('{id} own'))");
    broker.execute(AssertSqlSafe(bind)).await?;
    for statement in BEYOND {
        broker.execute("savepoint before").await?;
        let touched = match broker.execute(statement).await {
            Ok(done) => done.rows_affected(),
            Err(error) if is_not_permitted(&error) => 0,
            Err(error) => return Err(error.into()),
        };
        broker.execute("rollback to before").await?;
        if touched > 0 {
            fail!("whoever has the turn to end a connection does more than that: {statement}");
        }
    }
    let close = |ticket: &str| {
        format!(
            "select coalesce(connectors.close(sha256('{id} {ticket}'), 'nothing_to_revoke', null), -1)::bigint"
        )
    };
    if number(&mut broker, &close("other")).await? != -1 {
        fail!("somebody without the turn closed a connection");
    }
    let destroyed = number(&mut broker, &close("own")).await?;
    let left = format!("select count(*) from broker.secrets where owner_id = '{id}'");
    let left = number(&mut broker, &left).await?;
    if destroyed < 1 || left > 0 {
        fail!("{left} sealed secrets are left of a connection that has ended");
    }
    broker.execute("rollback").await?;
    Ok(Found::Pass(format!(
        "a connection that ended did not come back, opened a receipt, and left none of its {destroyed} sealed secrets; another tenant got no turn at it, and whoever had it reached nothing else"
    )))
}

/// Something in the place of a secret. Nobody will open it: any key of the organisation's will do.
async fn seal(broker: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    let client = format!(
        "insert into broker.credentials (org_id, connection_id, client_id) values (ctx.org(), '{id}', 'control')
         on conflict do nothing"
    );
    broker.execute(AssertSqlSafe(client)).await?;
    let seal = format!(
        "insert into broker.secrets (org_id, owner_id, field, version, key_id, sealed)
         select ctx.org(), '{id}', 'access_token', 1, k.id, '' from broker.data_keys k
          where k.retired_at is null order by k.purpose desc limit 1"
    );
    broker.execute(AssertSqlSafe(seal)).await?;
    // And of something else, to be left alone.
    let other = "insert into broker.secrets (org_id, owner_id, field, version, key_id, sealed)
         select ctx.org(), gen_random_uuid(), 'pkce_verifier', 1, k.id, '' from broker.data_keys k
          where k.retired_at is null order by k.purpose desc limit 1";
    broker.execute(other).await?;
    Ok(())
}

async fn number(broker: &mut PgConnection, query: &str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(AssertSqlSafe(query.to_owned()))
        .fetch_one(broker)
        .await
}

/// PostgreSQL's insufficient_privilege: any other error is a statement of ours that is wrong, and attacks nothing.
fn is_not_permitted(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.as_deref() == Some("42501")
}
