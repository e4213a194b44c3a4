use kernel::AuditEntryId;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use tokio::task::JoinSet;
use trust::{Control, Found};
use uuid::Uuid;

use super::context::begin_as;
use super::exhibit::{callable, connection, refusal};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "broker.token_refresh",
    "CO-06",
    "However many brokers need a connection's token at once, one has the turn to refresh it, in its own tenant alone; with the turn nothing is permitted but to keep what comes, and a turn that is over keeps nothing.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// Brokers that want the turn at once.
const BROKERS: usize = 6;
/// What takes turns and ends them.
const TURNS: [&str; 7] = [
    "broker.take_refresh",
    "broker.token_refused",
    "broker.end_refresh",
    "broker.lose_refresh",
    "broker.put_refresh_off",
    "broker.keep_tokens",
    "ctx.bind_turn",
];

/// How PostgreSQL says that a login or a policy does not permit it (insufficient_privilege), and that a turn is no actor of
/// the audit log (check_violation). By any other code a statement of ours is wrong, and attacks nothing.
const NOT_PERMITTED: &str = "42501";
const NO_ACTOR: &str = "23514";

async fn look(context: &Context) -> Look {
    let mut front = context.as_front().await?;
    if let Some(function) = callable(&mut front, &TURNS).await? {
        fail!("the web process's login may call {function}");
    }
    let id = connection(context).await?;
    let mut broker = context.as_broker().await?;
    let version = kept(context, &mut broker, id).await?;
    let turn = |ticket: &str, seconds: u32| {
        format!(
            "select count(*) from broker.take_refresh('{id}', {version}, sha256('{id} {version} {ticket}'), {seconds})"
        )
    };
    begin_as(&mut broker, &context.b.hash).await?;
    if number(&mut broker, turn("other", 0)).await? > 0 {
        fail!("another tenant took the turn");
    }
    broker.execute("rollback").await?;
    let mut brokers = JoinSet::new();
    for n in 0..BROKERS {
        let (options, session) = (context.instance.broker.clone(), context.a.hash);
        let take = turn(&n.to_string(), 60);
        brokers.spawn(async move {
            let mut broker = PgConnection::connect_with(&options).await?;
            begin_as(&mut broker, &session).await?;
            let taken = number(&mut broker, take).await?;
            broker.execute("commit").await?;
            Ok::<_, sqlx::Error>((taken > 0).then_some(n))
        });
    }
    let taken: Result<Vec<_>, _> = brokers.join_all().await.into_iter().collect();
    let taken: Vec<usize> = taken?.into_iter().flatten().collect();
    let [holder] = taken[..] else {
        fail!("{} of {BROKERS} brokers took the turn at once", taken.len());
    };
    let ticket = |n: usize| format!("sha256('{id} {version} {n}')");
    broker.execute("begin").await?;
    let bind = format!("select ctx.bind_turn({})", ticket(holder));
    broker.execute(AssertSqlSafe(bind)).await?;
    let held = "select cardinality(ctx.permissions()) + (ctx.person() is not null)::int::bigint"
        .to_owned();
    let held = number(&mut broker, held).await?;
    if held > 0 {
        fail!("whoever has the turn is somebody, or holds a permission");
    }
    broker.execute("savepoint before").await?;
    let entry = AuditEntryId::new(context.now(), context.db.chance()).uuid();
    let beyond = [
        (
            format!(
                "insert into jobs.jobs (id, org_id, user_id, queue, kind, payload)
                 values (gen_random_uuid(), ctx.org(), '{}', 'broker', 'approvals.execute', '{{}}')",
                context.a.user.uuid()
            ),
            NOT_PERMITTED,
        ),
        (
            "select refresh_ticket from broker.credentials".to_owned(),
            NOT_PERMITTED,
        ),
        (
            format!("select audit.append('{entry}', 'broker.control', 'control', '{{}}')"),
            NO_ACTOR,
        ),
    ];
    for (statement, expected) in beyond {
        let got = refusal(&mut broker, statement.clone()).await;
        if got.as_deref() != Some(expected) {
            fail!("whoever has the turn does more than to keep what comes: {statement}: {got:?}");
        }
        broker.execute("rollback to before").await?;
    }
    broker.execute("rollback").await?;
    let off = format!(
        "select broker.put_refresh_off({}, 0, false)",
        ticket(holder)
    );
    broker.execute(AssertSqlSafe(off)).await?;
    // A turn of no time is over as it begins.
    begin_as(&mut broker, &context.a.hash).await?;
    let short = number(&mut broker, turn(&BROKERS.to_string(), 0)).await?;
    broker.execute("commit").await?;
    if short != 1 {
        return Ok(Found::Error("no turn could be taken".to_owned()));
    }
    for over in [holder, BROKERS] {
        let bind = format!("select ctx.bind_turn({})", ticket(over));
        if refusal(&mut broker, bind).await.as_deref() != Some("CS001") {
            fail!("a turn that is over binds");
        }
        let keep = format!(
            "select (broker.end_refresh({}, null, null, null) = 'kept')::int::bigint",
            ticket(over)
        );
        number(&mut broker, keep).await?;
    }
    begin_as(&mut broker, &context.a.hash).await?;
    let now = number(&mut broker, versions(id)).await?;
    broker.execute("rollback").await?;
    if now != version {
        fail!("a turn that was over kept tokens");
    }
    Ok(Found::Pass(format!(
        "of {BROKERS} brokers at once one took the turn, and of another tenant none; it held no permission; a turn that was over bound nobody and kept nothing"
    )))
}

/// Has tokens kept of the connection, which is to say nothing but their version. Returns it.
async fn kept(context: &Context, broker: &mut PgConnection, id: Uuid) -> Result<i64, sqlx::Error> {
    begin_as(broker, &context.a.hash).await?;
    let add = format!(
        "insert into broker.credentials (org_id, connection_id, client_id) values (ctx.org(), '{id}', 'control')
         on conflict do nothing"
    );
    broker.execute(AssertSqlSafe(add)).await?;
    let works = format!("update connectors.connections set state = 'connected' where id = '{id}'");
    broker.execute(AssertSqlSafe(works)).await?;
    let keep = format!("select broker.keep_tokens('{id}', null, null)");
    broker.execute(AssertSqlSafe(keep)).await?;
    let version = number(broker, versions(id)).await?;
    broker.execute("commit").await?;
    Ok(version)
}

fn versions(id: Uuid) -> String {
    format!("select token_version from broker.credentials where connection_id = '{id}'")
}

async fn number(broker: &mut PgConnection, query: String) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(AssertSqlSafe(query))
        .fetch_one(broker)
        .await
}
