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
    "An AI client holds no more than its organisation lets AI clients do, whatever a person gave it; it neither sets nor lifts that limit, nor does whoever may not change the organisation's rules.",
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
        "a client that was given insight.read held it with no limit and within one, nothing where clients may do nothing or something else, and the person all of theirs; the client and a member were refused to lift the limit".to_owned(),
    ))
}

async fn held(front: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("select unnest(ctx.permissions())")
        .fetch_all(front)
        .await
}
