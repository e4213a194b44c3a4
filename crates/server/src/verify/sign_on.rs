use sqlx::Executor as _;
use sqlx::postgres::PgConnection;
use sqlx::types::Uuid;
use trust::{Control, Found};

use super::context::begin_as;
use super::exhibit::{callable, refusal};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "identity.sign_on",
    "ID-08",
    "An organisation's identity provider lets in whom it knows, and makes accounts for addresses of domains that DNS has shown to be the organisation's: no address that has an account is taken over, none from outside of the domains let in. What comes back is taken once, from the browser and the provider that it left for; a session that a provider began acts in its organisation and links nothing to the account; and the web process's login speaks for no provider and verifies no domain.",
);

/// What speaks for a provider or for DNS.
const CLOSED: [&str; 15] = [
    "identity.begin_provider_attempt",
    "identity.take_issuer_attempt",
    "identity.sign_in_by_provider",
    "identity.link_provider_identity",
    "identity.prove_by_provider",
    "identity.provider_tested",
    "identity.provider_to_ask",
    "identity.provider_secret_kept",
    "identity.provider_newcomer",
    "identity.domain_to_check",
    "identity.domain_checked",
    "identity.next_domain",
    "identity.domain_rechecked",
    "identity.displace",
    "identity.request_id",
];
/// The same by hand.
const CLAIMS: [&str; 4] = [
    "update identity.domains set verified_at = now()",
    "update identity.providers set turned_on_at = now()",
    "update identity.sessions set provider_id = null",
    "select subject from identity.provider_identities",
];

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// All of it as the logins of the two processes, in transactions that are rolled back.
async fn look(context: &Context) -> Look {
    let provider = trust::make_control_provider(&context.db).await?.uuid();
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
    for (address, expected) in [
        (Some("control-a@controls.invalid"), "exists"),
        (Some("control-b@controls.invalid"), "exists"),
        (Some("stranger@elsewhere.invalid"), "outside"),
        (Some("stranger@sub.controls.invalid"), "outside"),
        (None, "no_address"),
    ] {
        broker.execute("begin").await?;
        let outcome = came(&mut broker, provider, address).await?;
        broker.execute("rollback").await?;
        if outcome != expected {
            fail!("whoever came with {address:?} was told {outcome}, where {expected} was due");
        }
    }
    if let Some(why) = taken_elsewhere(&mut broker, provider).await? {
        return Ok(Found::Fail(why));
    }
    if let Some(why) = kept_in(&mut broker, provider).await? {
        return Ok(Found::Fail(why));
    }
    Ok(Found::Pass(format!(
        "{} ways to speak for a provider by SQL refused; two addresses that have an account, two from outside and none at all let nobody in; a state of another browser or provider, and one that was used, were refused; the session of a newcomer links nothing to its account",
        CLOSED.len() + CLAIMS.len()
    )))
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Somebody whom the provider has never meant comes back from it, with an address or none.
async fn came(
    broker: &mut PgConnection,
    provider: Uuid,
    address: Option<&str>,
) -> Result<String, Failed> {
    begin(broker, provider).await?;
    let taken = take(broker, "b", provider).await?;
    if taken != "taken" {
        return Ok(taken);
    }
    Ok(sqlx::query_scalar(
        "select outcome from identity.sign_in_by_provider(sha256('s'), 'stranger', 'stranger', 'Stranger', $1, now(),
             gen_random_uuid(), gen_random_uuid(),
             row(gen_random_uuid(), sha256(gen_random_uuid()::text::bytea), 'countersign verify', 'local',
                 sha256('control'), 60)::identity.new_session)",
    )
    .bind(address)
    .fetch_one(broker)
    .await?)
}

/// What one browser began at one provider comes back in another, from another, and twice.
async fn taken_elsewhere(
    broker: &mut PgConnection,
    provider: Uuid,
) -> Result<Option<String>, Failed> {
    broker.execute("begin").await?;
    begin(broker, provider).await?;
    for (what, (browser, of), expected) in [
        ("another browser", ("other", provider), "foreign"),
        ("another provider", ("b", Uuid::nil()), "foreign"),
        ("the browser that left", ("b", provider), "taken"),
        ("the same once more", ("b", provider), "gone"),
    ] {
        let outcome = take(broker, browser, of).await?;
        if outcome != expected {
            broker.execute("rollback").await?;
            return Ok(Some(format!("{what} was answered: {outcome}")));
        }
    }
    broker.execute("rollback").await?;
    Ok(None)
}

/// A newcomer's session is bound to the organisation of its provider, and links nothing to the account.
async fn kept_in(broker: &mut PgConnection, provider: Uuid) -> Result<Option<String>, Failed> {
    broker.execute("begin").await?;
    let outcome = came(broker, provider, Some("newcomer@controls.invalid")).await?;
    let org: Option<Uuid> = sqlx::query_scalar("select ctx.org()")
        .fetch_one(&mut *broker)
        .await?;
    broker.execute("savepoint link").await?;
    let link =
        "select identity.begin_issuer_attempt('link', 'control', sha256('l'), sha256('b'), '/')";
    let refused = refusal(broker, link.to_owned()).await;
    broker.execute("rollback").await?;
    // The provider stands under its organisation's number.
    let told = (outcome.as_str(), org, refused.as_deref());
    Ok((told != ("signed_in", Some(provider), Some("CS011")))
        .then(|| format!("a newcomer's session reached further than its organisation: {told:?}")))
}

async fn begin(broker: &mut PgConnection, provider: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query(
        "select from identity.begin_provider_attempt('sign_in', $1, sha256('s'), sha256('b'), '/')",
    )
    .bind(provider)
    .execute(broker)
    .await
    .map(|_| ())
}

async fn take(
    broker: &mut PgConnection,
    browser: &str,
    provider: Uuid,
) -> Result<String, sqlx::Error> {
    sqlx::query_scalar(
        "select outcome from identity.take_issuer_attempt(sha256('s'), sha256($1), 'urn:uuid:' || $2::text, null)",
    )
    .bind(browser.as_bytes())
    .bind(provider)
    .fetch_one(broker)
    .await
}
