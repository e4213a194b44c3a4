use broker::protocol::Call;
use broker::socket::CallError;
use kernel::{ConnectionId, Scope};
use sqlx::Executor as _;
use sqlx::postgres::PgConnection;
use trust::{Control, ControlSession, Found};
use uuid::Uuid;

use super::context::begin_as;
use super::exhibit::refusal;
use super::row_level_security::rows;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "access.asset_grants",
    "AC-05",
    "A connection that is not for everybody is not there for a colleague, to see or to change, by SQL and at the broker; who was given it to view sees it, and neither uses it nor passes it on; who was given it to edit loses it with their grant; nothing is given to another organisation's people.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let (member, reviewer) = trust::colleague_control_sessions(&context.db).await?;
    let found = attack(context, &member).await;
    let sessions = [member.session, reviewer.session];
    trust::sweep_controls(&context.db, &sessions, &[]).await?;
    found
}

async fn attack(context: &Context, member: &ControlSession) -> Look {
    let mut front = context.as_front().await?;
    let id = for_nobody(context, &mut front).await?;
    let found = attack_with(context, (&mut front, member), id).await;
    // Whatever came of it: the next round begins with nothing given.
    front.execute("rollback").await?;
    take(context, (&mut front, member), id).await?;
    found
}

async fn attack_with(
    context: &Context,
    (front, member): (&mut PgConnection, &ControlSession),
    id: Uuid,
) -> Look {
    take(context, (front, member), id).await?;
    if seen(front, member, id).await? > 0 {
        fail!("a colleague sees a connection that is for nobody else");
    }
    if let Some(wrong) = written(context, (front, member), id).await? {
        fail!("with nothing given, a colleague {wrong}");
    }
    if let Some(wrong) = propose(context, member, id, "connectors.not_found").await {
        fail!("with nothing given, {wrong}");
    }
    for (to, expected) in [
        (context.b.user.uuid(), "nobody"),
        (member.user.uuid(), "given"),
    ] {
        let verdict = give(front, (&context.a, id), to, "view").await?;
        if verdict != expected {
            fail!("giving it came to {verdict:?}, and should to {expected:?}");
        }
    }
    if seen(front, member, id).await? == 0 {
        fail!("who was given it to view does not see it");
    }
    if let Some(wrong) = propose(context, member, id, "connectors.view_only").await {
        fail!("with view alone, {wrong}");
    }
    if let Some(wrong) = passed_on(context, (front, member), id).await? {
        fail!("with view alone, a colleague {wrong}");
    }
    give(front, (&context.a, id), member.user.uuid(), "edit").await?;
    // It was never connected: that is as far as somebody gets who may use it.
    if let Some(wrong) = propose(context, member, id, "connectors.not_connected").await {
        fail!("with edit, {wrong}");
    }
    take(context, (front, member), id).await?;
    if seen(front, member, id).await? > 0 {
        fail!("a colleague sees the connection after their grant was taken back");
    }
    if let Some(wrong) = propose(context, member, id, "connectors.not_found").await {
        fail!("after the grant was taken back, {wrong}");
    }
    Ok(Found::Pass(
        "without a grant a colleague saw 0 rows of a connection, changed none and no grant of it, and the broker knew none of it for them; with view they saw it, and were refused to propose through it, to give it on, to open it and to write grants by SQL; with edit they got as far as the connection itself; taken back, it was gone at once; another organisation's person could not be given it".to_owned(),
    ))
}

/// A connection of the attacker's that is for nobody else, made once.
async fn for_nobody(context: &Context, front: &mut PgConnection) -> Result<Uuid, sqlx::Error> {
    begin_as(front, &context.a.hash).await?;
    let found = "select id from connectors.connections where name = 'Control, for nobody' limit 1";
    let found: Option<Uuid> = sqlx::query_scalar(found)
        .fetch_optional(&mut *front)
        .await?;
    let id = found.unwrap_or_else(|| ConnectionId::new(context.now(), context.db.chance()).uuid());
    sqlx::query(
        "insert into connectors.connections (id, org_id, user_id, app, purpose, name, instance, scopes_requested)
         values ($1, ctx.org(), ctx.person(), 'tracker', 'write', 'Control, for nobody', 'https://controls.invalid', array['issues:write'])
         on conflict do nothing",
    )
    .bind(id)
    .execute(&mut *front)
    .await?;
    sqlx::query("select access.open_asset('connection', $1, 'none')")
        .bind(id)
        .execute(&mut *front)
        .await?;
    front.execute("commit").await?;
    Ok(id)
}

/// Gives it as `giver` to a person of whatever organisation: what the database says to that.
async fn give(
    front: &mut PgConnection,
    (giver, id): (&ControlSession, Uuid),
    to: Uuid,
    access: &str,
) -> Result<String, sqlx::Error> {
    begin_as(front, &giver.hash).await?;
    let verdict = sqlx::query_scalar("select access.give('connection', $1, $2, null, $3)")
        .bind(id)
        .bind(to)
        .bind(access)
        .fetch_one(&mut *front)
        .await?;
    front.execute("commit").await?;
    Ok(verdict)
}

async fn take(
    context: &Context,
    (front, member): (&mut PgConnection, &ControlSession),
    id: Uuid,
) -> Result<(), sqlx::Error> {
    begin_as(front, &context.a.hash).await?;
    sqlx::query("select access.take_back('connection', $1, $2, null)")
        .bind(id)
        .bind(member.user.uuid())
        .execute(&mut *front)
        .await?;
    front.execute("commit").await?;
    Ok(())
}

async fn seen(
    front: &mut PgConnection,
    member: &ControlSession,
    id: Uuid,
) -> Result<i64, sqlx::Error> {
    begin_as(front, &member.hash).await?;
    let seen = rows(front, "connectors.connections", &format!("id = '{id}'")).await?;
    front.execute("rollback").await?;
    Ok(seen)
}

/// What the broker answers who proposes a write through it, where that is not `expected`.
async fn propose(
    context: &Context,
    member: &ControlSession,
    id: Uuid,
    expected: &str,
) -> Option<String> {
    let asked = Call::Propose {
        connection: id.into(),
        operation: "create_issue".to_owned(),
        arguments: "{}".to_owned(),
    };
    let scope = Scope::Session(member.hash);
    match context.broker.call(&scope, asked).await {
        Err(CallError::Failed(failure)) if failure.code == expected => None,
        other => Some(format!(
            "the broker answered {other:?} to a proposal, and should with {expected}"
        )),
    }
}

/// What a colleague changed who was given nothing, with the login of either process, if anything.
async fn written(
    context: &Context,
    (front, member): (&mut PgConnection, &ControlSession),
    id: Uuid,
) -> Result<Option<&'static str>, sqlx::Error> {
    for statement in [
        format!("update access.asset_grants set access = 'edit' where connection_id = '{id}'"),
        format!("delete from access.asset_grants where connection_id = '{id}'"),
    ] {
        begin_as(front, &member.hash).await?;
        let refused = refusal(front, statement).await;
        front.execute("rollback").await?;
        if refused.as_deref() != Some("42501") {
            return Ok(Some("changed grants by SQL"));
        }
    }
    let mut broker = context.as_broker().await?;
    begin_as(&mut broker, &member.hash).await?;
    let ended =
        sqlx::query("update connectors.connections set state_reason = state_reason where id = $1")
            .bind(id)
            .execute(&mut broker)
            .await?;
    broker.execute("rollback").await?;
    if ended.rows_affected() > 0 {
        return Ok(Some("changed the connection as the broker"));
    }
    Ok(connected_anew(&mut broker, member, id)
        .await?
        .then_some("began to connect it anew"))
}

/// Whether the login that proposals are made with could begin to connect it for a colleague.
async fn connected_anew(
    broker: &mut PgConnection,
    member: &ControlSession,
    id: Uuid,
) -> Result<bool, sqlx::Error> {
    begin_as(broker, &member.hash).await?;
    let used = format!(
        "insert into broker.authorizations (id, org_id, user_id, connection_id, state_hash, redirect_uri, expires_at)
         values (gen_random_uuid(), ctx.org(), ctx.person(), '{id}', sha256('{id}'), '', now())"
    );
    let refused = refusal(broker, used).await;
    broker.execute("rollback").await?;
    Ok(refused.as_deref() != Some("42501"))
}

/// What a colleague did who was given it to view, if anything.
async fn passed_on(
    context: &Context,
    (front, member): (&mut PgConnection, &ControlSession),
    id: Uuid,
) -> Result<Option<&'static str>, sqlx::Error> {
    let verdict = give(front, (member, id), member.user.uuid(), "edit").await?;
    if verdict != "beyond" {
        return Ok(Some("gave themselves more"));
    }
    begin_as(front, &member.hash).await?;
    let opened =
        sqlx::query_scalar::<_, String>("select access.open_asset('connection', $1, 'edit')")
            .bind(id)
            .fetch_one(&mut *front)
            .await?;
    front.execute("rollback").await?;
    if opened != "beyond" {
        return Ok(Some("opened it to everybody"));
    }
    begin_as(front, &member.hash).await?;
    let written = format!(
        "insert into access.asset_grants (org_id, id, connection_id, user_id, access, given_by)
         values (ctx.org(), gen_random_uuid(), '{id}', ctx.person(), 'edit', ctx.person())"
    );
    let refused = refusal(front, written).await;
    front.execute("rollback").await?;
    if refused.as_deref() != Some("42501") {
        return Ok(Some("wrote a grant by SQL"));
    }
    let mut broker = context.as_broker().await?;
    Ok(connected_anew(&mut broker, member, id)
        .await?
        .then_some("began to connect it anew"))
}
