use kernel::TokenHash;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _};
use trust::{Control, Found};

use super::context::begin_as;
use super::exhibit::refusal;
use super::oauth_grant::{code, redeem};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "oauth.client_limit",
    "AG-01",
    "An AI client, and a job that it began, hold no more than its organisation lets AI clients do, whatever a person gave it; it neither sets nor lifts that limit, nor does whoever may not change the organisation's rules.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// No limit is committed: other controls use clients of the same organisation.
async fn look(context: &Context) -> Look {
    let given = redeem(context, &code(context).await?, ("", "")).await?;
    let token = crypto::digest::sha256(given.text("access_token").as_bytes());
    let token = TokenHash::from_digest(token).to_hex();
    let client = format!("select ctx.bind_access_token('\\x{token}')");
    let person = format!("select ctx.bind_session('\\x{}')", context.a.hash.to_hex());
    let mut front = context.as_front().await?;
    let mut after = Vec::new();
    for limit in ["null", "'{}'", "'{connectors.read}'", "'{insight.read}'"] {
        begin_as(&mut front, &context.a.hash).await?;
        let set = format!("select oauth.limit_clients({limit})");
        front.execute(AssertSqlSafe(set)).await?;
        front.execute(AssertSqlSafe(client.clone())).await?;
        after.push(held(&mut front).await?);
        front.execute(AssertSqlSafe(person.clone())).await?;
        if held(&mut front).await?.len() < 2 {
            fail!("the limit {limit} of AI clients limits people");
        }
        front.execute("rollback").await?;
    }
    let mine = ["insight.read".to_owned()];
    let [free, nothing, other, same] = &after[..] else {
        return Ok(Found::Error("a limit was not tried".to_owned()));
    };
    if free != &mine || same != &mine {
        return Ok(Found::Error(format!(
            "a client that was given insight.read holds {free:?} without a limit and {same:?} with one that has it"
        )));
    }
    for (limit, held) in [("nothing", nothing), ("connectors.read", other)] {
        if !held.is_empty() {
            fail!(
                "where AI clients may do {limit}, one holds {}",
                held.join(" ")
            );
        }
    }
    match began(&mut front, &client, &person).await? {
        None => {
            return Ok(Found::Error(
                "so many jobs wait that none could be tried".to_owned(),
            ));
        }
        Some((before, after)) if before != mine || !after.is_empty() => fail!(
            "a job of a client that was given insight.read held {}, and {} where AI clients may do nothing",
            before.join(" "),
            after.join(" ")
        ),
        Some(_) => {}
    }
    begin_as(&mut front, &context.a.hash).await?;
    let set = format!("{client}; select oauth.limit_clients(null)");
    if refusal(&mut front, set).await.is_none() {
        fail!("an AI client lifted the limit");
    }
    front.execute("rollback").await?;
    let (member, reviewer) = trust::colleague_control_sessions(&context.db).await?;
    begin_as(&mut front, &member.hash).await?;
    let lifted = refusal(&mut front, "select oauth.limit_clients(null)".to_owned()).await;
    let sessions = [member.session, reviewer.session];
    trust::sweep_controls(&context.db, &sessions, &[]).await?;
    if lifted.is_none() {
        fail!("a member lifted the limit");
    }
    Ok(Found::Pass(
        "a client that was given insight.read held it with no limit and within one, nothing where clients may do nothing or something else, as did a job that it had begun, and the person all of theirs; the client and a member were refused to lift the limit".to_owned(),
    ))
}

/// What a job of the client's holds without a limit, and as soon as clients may do nothing; none where other jobs
/// took every turn. It is rolled back with what it claimed.
async fn began(
    front: &mut PgConnection,
    client: &str,
    person: &str,
) -> Result<Option<(Vec<String>, Vec<String>)>, sqlx::Error> {
    let add = format!(
        "begin; {client}; insert into jobs.jobs (id, org_id, user_id, queue, kind, payload)
         values (gen_random_uuid(), ctx.org(), ctx.person(), 'front', 'connectors.scan', '{{\"control\": true}}')"
    );
    front.execute(AssertSqlSafe(add)).await?;
    let claim = "select token_hash from jobs.claim(
                     array(select sha256(uuid_send(gen_random_uuid())) from generate_series(1, 50)), 60, 1000)
                  where payload = '{\"control\": true}'";
    let claimed: Option<Vec<u8>> = sqlx::query_scalar(claim)
        .fetch_optional(&mut *front)
        .await?;
    let Some(token) = claimed else {
        front.execute("rollback").await?;
        return Ok(None);
    };
    let job = format!("select ctx.bind_job('\\x{}')", hex::encode(token));
    front.execute(AssertSqlSafe(job.clone())).await?;
    let before = held(front).await?;
    let limit = format!("{person}; select oauth.limit_clients('{{}}'); {job}");
    front.execute(AssertSqlSafe(limit)).await?;
    let after = held(front).await?;
    front.execute("rollback").await?;
    Ok(Some((before, after)))
}

async fn held(front: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("select unnest(ctx.permissions())")
        .fetch_all(front)
        .await
}
