use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _};
use trust::{Control, Found};

use super::context::begin_as;
use super::exhibit::{callable, refusal};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "identity.linking",
    "ID-03",
    "An issuer's word for an address that has an account here neither signs in nor links anything; what comes back from an issuer is taken once, from the browser and the session that left; and the web process's login can neither begin nor answer such a sign-in.",
);

/// What speaks for an issuer.
const CLOSED: [&str; 5] = [
    "identity.begin_issuer_attempt",
    "identity.take_issuer_attempt",
    "identity.sign_in_by_issuer",
    "identity.link_identity",
    "identity.prove_by_issuer",
];
/// The same by hand.
const CLAIMS: [&str; 2] = [
    "insert into identity.identities (user_id, id, issuer, subject, label)
     values (ctx.person(), gen_random_uuid(), 'control', 'control', 'control')",
    "select subject from identity.identities",
];

const ISSUER: &str = "https://controls.invalid";
/// Nobody has mail there.
const ATTACKED: &str = "control-b@controls.invalid";

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// All of it as the logins of the two processes, in transactions that are rolled back.
async fn look(context: &Context) -> Look {
    let mut front = context.as_front().await?;
    if let Some(open) = callable(&mut front, &CLOSED).await? {
        fail!("the web process's login may call {open}");
    }
    begin_as(&mut front, &context.a.hash).await?;
    for claim in CLAIMS {
        front.execute("savepoint claim").await?;
        let got = refusal(&mut front, claim.to_owned()).await;
        front.execute("rollback to claim").await?;
        if got.as_deref() != Some("42501") {
            fail!("the web process's login could run: {claim} ({got:?})");
        }
    }
    front.execute("rollback").await?;
    let mut broker = context.as_broker().await?;
    if let Some(why) = address_match(&mut broker).await? {
        return Ok(Found::Fail(why));
    }
    if let Some(why) = taken_elsewhere(&mut broker).await? {
        return Ok(Found::Fail(why));
    }
    if let Some(why) = linked_by_another(context, &mut broker).await? {
        return Ok(Found::Fail(why));
    }
    Ok(Found::Pass(format!(
        "{} ways to claim an identity by SQL refused; an address that matches was told to sign in as before, with and without the issuer's word for it; a state of another browser, issuer or session, and one that was used, were refused",
        CLOSED.len() + CLAIMS.len()
    )))
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// An issuer that knows nobody says that whoever came back has the attacked one's address.
async fn address_match(broker: &mut PgConnection) -> Result<Option<String>, Failed> {
    for (address, expected) in [(Some(ATTACKED), "exists"), (None, "unverified")] {
        broker.execute("begin").await?;
        begin(broker, "sign_in", "s").await?;
        take(broker, ("s", "b", ISSUER), None).await?;
        let outcome: String = sqlx::query_scalar(
            "select outcome from identity.sign_in_by_issuer(sha256('s'), 'stranger', 'stranger', $1, true, now(),
                 row(gen_random_uuid(), sha256(gen_random_uuid()::text::bytea), 'countersign verify', 'local',
                     sha256('control'), 60)::identity.new_session)",
        )
        .bind(address)
        .fetch_one(&mut *broker)
        .await?;
        let is_bound: bool = sqlx::query_scalar("select ctx.bound() is not null")
            .fetch_one(&mut *broker)
            .await?;
        broker.execute("rollback").await?;
        if outcome != expected || is_bound {
            return Ok(Some(format!(
                "an issuer's word for an address alone: {outcome}, where {expected} was due"
            )));
        }
    }
    Ok(None)
}

/// What one browser began at one issuer comes back in another, from another, and twice.
async fn taken_elsewhere(broker: &mut PgConnection) -> Result<Option<String>, Failed> {
    broker.execute("begin").await?;
    begin(broker, "sign_in", "s").await?;
    let other = "https://other.invalid";
    for (what, (state, browser, issuer), expected) in [
        ("another browser", ("s", "other", ISSUER), "foreign"),
        ("another issuer", ("s", "b", other), "foreign"),
        ("a made-up state", ("t", "b", ISSUER), "gone"),
        ("the browser that left", ("s", "b", ISSUER), "taken"),
        ("the same once more", ("s", "b", ISSUER), "gone"),
    ] {
        let outcome = take(broker, (state, browser, issuer), None).await?;
        if outcome != expected {
            broker.execute("rollback").await?;
            return Ok(Some(format!("{what} was answered: {outcome}")));
        }
    }
    broker.execute("rollback").await?;
    Ok(None)
}

/// What the attacked one's session began is finished in the attacker's.
async fn linked_by_another(
    context: &Context,
    broker: &mut PgConnection,
) -> Result<Option<String>, Failed> {
    begin_as(broker, &context.b.hash).await?;
    begin(broker, "link", "s").await?;
    let stolen = take(broker, ("s", "b", ISSUER), Some(context.a.hash.as_bytes())).await?;
    let own = take(broker, ("s", "b", ISSUER), Some(context.b.hash.as_bytes())).await?;
    let rebind = format!("select ctx.bind_session('\\x{}')", context.a.hash.to_hex());
    broker.execute(AssertSqlSafe(rebind)).await?;
    let linked: String = sqlx::query_scalar(
        "select identity.link_identity(sha256('s'), gen_random_uuid(), 'stranger', 'stranger')",
    )
    .fetch_one(&mut *broker)
    .await?;
    broker.execute("rollback").await?;
    let told = (stolen.as_str(), own.as_str(), linked.as_str());
    Ok((told != ("foreign", "taken", "gone"))
        .then(|| format!("somebody else's link was finished: {told:?}")))
}

async fn begin(broker: &mut PgConnection, purpose: &str, state: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "select from identity.begin_issuer_attempt($1, $2, sha256($3::bytea), sha256('b'), '/')",
    )
    .bind(purpose)
    .bind(ISSUER)
    .bind(state.as_bytes())
    .execute(broker)
    .await
    .map(|_| ())
}

async fn take(
    broker: &mut PgConnection,
    (state, browser, issuer): (&str, &str, &str),
    session: Option<&[u8; 32]>,
) -> Result<String, sqlx::Error> {
    sqlx::query_scalar(
        "select outcome from identity.take_issuer_attempt(sha256($1), sha256($2), $3, $4)",
    )
    .bind(state.as_bytes())
    .bind(browser.as_bytes())
    .bind(issuer)
    .bind(session.map(<[u8; 32]>::as_slice))
    .fetch_one(broker)
    .await
}
