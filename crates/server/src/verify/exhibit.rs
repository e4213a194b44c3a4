//! A proposal of organisation A that waits for ever to be attacked: made through SQL as the two
//! logins that make real ones, so that what holds it is the database alone.

use kernel::{ConnectionId, ProposalId};
use sqlx::Executor as _;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::Context;
use super::context::begin_as;

/// The payload hash of the exhibit.
pub(super) const HASH: [u8; 32] = [7; 32];

/// A waiting proposal with most of its day left.
pub(super) async fn exhibit(context: &Context) -> Result<ProposalId, sqlx::Error> {
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.a.hash).await?;
    let waiting: Option<Uuid> = sqlx::query_scalar(
        "select id from approvals.proposals
          where state = 'waiting' and payload_hash = $1 and expires_at > now() + interval '1 hour' limit 1",
    )
    .bind(HASH.as_slice())
    .fetch_optional(&mut front)
    .await?;
    if let Some(id) = waiting {
        return Ok(id.into());
    }
    let connection = connection_of(context, &mut front).await?;
    front.execute("commit").await?;
    let mut broker = context.as_broker().await?;
    begin_as(&mut broker, &context.a.hash).await?;
    // Nobody will open this payload: any key of the organisation's will do.
    let id = ProposalId::new(context.now(), context.db.chance());
    sqlx::query(
        "insert into approvals.proposals (id, org_id, connection_id, app, operation, requester_kind, requester_id,
                requester_person, payload_hash, payload_key_id, payload_sealed, expires_at)
         values ($1, ctx.org(), $2, 'tracker', 'create_issue', 'session', ctx.principal(), ctx.person(), $3,
                 (select id from broker.data_keys where retired_at is null limit 1), '', now() + interval '1 day')",
    )
    .bind(id.uuid())
    .bind(connection)
    .bind(HASH.as_slice())
    .execute(&mut broker)
    .await?;
    broker.execute("commit").await?;
    Ok(id)
}

/// A connection of organisation A whose tokens are attacked. Nothing is behind it.
pub(super) async fn connection(context: &Context) -> Result<Uuid, sqlx::Error> {
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.a.hash).await?;
    let found = "select id from connectors.connections where name = 'Control, of tokens' limit 1";
    let found: Option<Uuid> = sqlx::query_scalar(found).fetch_optional(&mut front).await?;
    if let Some(id) = found {
        return Ok(id);
    }
    let id = add_connection(context, &mut front, ("Control, of tokens", "read")).await?;
    front.execute("commit").await?;
    Ok(id)
}

async fn connection_of(context: &Context, front: &mut PgConnection) -> Result<Uuid, sqlx::Error> {
    let found: Option<Uuid> =
        sqlx::query_scalar("select id from connectors.connections where purpose = 'write' limit 1")
            .fetch_optional(&mut *front)
            .await?;
    if let Some(id) = found {
        return Ok(id);
    }
    add_connection(context, front, ("Control", "write")).await
}

async fn add_connection(
    context: &Context,
    front: &mut PgConnection,
    (name, purpose): (&str, &str),
) -> Result<Uuid, sqlx::Error> {
    let id = ConnectionId::new(context.now(), context.db.chance()).uuid();
    sqlx::query(
        "insert into connectors.connections (id, org_id, user_id, app, purpose, name, instance, scopes_requested)
         values ($1, ctx.org(), ctx.person(), 'tracker', $2, $3, 'https://controls.invalid', array['issues:read'])",
    )
    .bind(id)
    .bind(purpose)
    .bind(name)
    .execute(front)
    .await?;
    Ok(id)
}

/// The SQLSTATE with which a statement was refused; nothing where it was not.
pub(super) async fn refusal(connection: &mut PgConnection, statement: String) -> Option<String> {
    let refused = connection
        .execute(sqlx::AssertSqlSafe(statement))
        .await
        .err()?;
    refused
        .as_database_error()?
        .code()
        .map(std::borrow::Cow::into_owned)
}

/// The first of these functions that the connection's login may call, if any. Who may call it is asked, and not called:
/// a function that refuses whoever is bound would look closed.
pub(super) async fn callable(
    connection: &mut PgConnection,
    functions: &[&str],
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar(
        "select f from unnest($1::text[]) f
          where coalesce((select bool_or(has_function_privilege(p.oid, 'execute')) from pg_proc p
                            join pg_namespace n on n.oid = p.pronamespace
                           where n.nspname || '.' || p.proname = f), true) limit 1",
    )
    .bind(functions)
    .fetch_optional(connection)
    .await
}
