//! What happens at one moment: two providers are turned on, one is while somebody comes by the other, and two people
//! come as one.

use futures_util::future::join;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use super::*;
use crate::sql::{refusal, waits};

/// The identifiers of two providers that were tried, the older one first.
async fn two_providers(world: &mut World) -> [String; 2] {
    world.add_provider().await;
    world.add_provider().await;
    fate(
        &world.app,
        "update identity.providers set tested_at = now()",
    )
    .await;
    let query = "select string_agg(id::text, ' ' order by created_at) from identity.providers";
    let both = text(&world.app, query).await;
    let (older, newer) = both.split_once(' ').unwrap();
    [older.to_owned(), newer.to_owned()]
}

/// A connection of the front's login, bound to the owner.
async fn owner(world: &World) -> PgConnection {
    let mut front = PgConnection::connect_with(&world.app.login("countersign_front"))
        .await
        .unwrap();
    let hash = world.owner.session_hash();
    let bind = format!("begin; select ctx.bind_session('\\x{hash}')");
    front.execute(AssertSqlSafe(bind)).await.unwrap();
    front
}

/// A connection of the broker's login, to which a browser has just come back from a provider, with that state.
async fn returned(world: &World, provider: &str, state: &str) -> PgConnection {
    let mut broker = PgConnection::connect_with(&world.app.login("countersign_broker"))
        .await
        .unwrap();
    for statement in [
        format!(
            "select identity.begin_provider_attempt('sign_in', '{provider}', sha256('{state}'), sha256('b'), '/')"
        ),
        format!(
            "select identity.take_issuer_attempt(sha256('{state}'), sha256('b'), 'urn:uuid:{provider}', null)"
        ),
        "begin".to_owned(),
    ] {
        broker.execute(AssertSqlSafe(statement)).await.unwrap();
    }
    broker
}

/// The provider says that `ada` came, under an address.
fn comes(state: &str, address: &str) -> String {
    format!(
        "select outcome from identity.sign_in_by_provider(sha256('{state}'), 'ada', 'ada', 'Ada', '{address}', now(),
            gen_random_uuid(), gen_random_uuid(),
            row(gen_random_uuid(), sha256('token of {state}'), '', '', sha256('d'), 60)::identity.new_session)"
    )
}

async fn outcome(broker: &mut PgConnection, asked: &str) -> String {
    sqlx::query_scalar(AssertSqlSafe(asked.to_owned()))
        .fetch_one(broker)
        .await
        .unwrap()
}

async fn is_on(world: &World) -> String {
    let query = "select coalesce(string_agg(id::text, ' '), '') from identity.providers where turned_on_at is not null";
    text(&world.app, query).await
}

#[tokio::test]
async fn of_two_providers_turned_on_at_once_the_later_one_lets_people_in() {
    let mut world = World::bare().await;
    let [older, newer] = two_providers(&mut world).await;
    let (mut first, mut second) = (owner(&world).await, owner(&world).await);
    let on = |provider: &str| format!("select identity.turn_on_provider('{provider}')");
    assert_eq!(outcome(&mut first, &on(&older)).await, "on");
    let (later, ()) = join(outcome(&mut second, &on(&newer)), async {
        waits(&world.app).await;
        first.execute("commit").await.unwrap();
    })
    .await;
    assert_eq!(later, "on");
    second.execute("commit").await.unwrap();
    assert_eq!(is_on(&world).await, newer);
}

#[tokio::test]
async fn a_sign_in_under_way_ends_with_the_provider_that_it_came_by() {
    let mut world = World::bare().await;
    world.verify(DOMAIN).await;
    let [older, newer] = two_providers(&mut world).await;
    let mut front = owner(&world).await;
    let on = |provider: &str| format!("select identity.turn_on_provider('{provider}')");
    assert_eq!(outcome(&mut front, &on(&older)).await, "on");
    front.execute("commit").await.unwrap();
    let mut broker = returned(&world, &older, "s").await;
    let came = outcome(&mut broker, &comes("s", "ada@works.example")).await;
    assert_eq!(came, "signed_in");
    let mut front = owner(&world).await;
    let (turned, ()) = join(outcome(&mut front, &on(&newer)), async {
        waits(&world.app).await;
        broker.execute("commit").await.unwrap();
    })
    .await;
    assert_eq!(turned, "on");
    front.execute("commit").await.unwrap();
    assert_eq!(is_on(&world).await, newer);
    let live = "select count(*)::text from identity.sessions where provider_id is not null and ended_at is null";
    assert_eq!(text(&world.app, live).await, "0");
    let begun = "select count(*)::text from identity.sessions where provider_id is not null";
    assert_eq!(text(&world.app, begun).await, "1");
}

#[tokio::test]
async fn whom_a_provider_means_twice_at_once_gets_one_account_and_the_other_try_comes_again() {
    let world = World::start().await;
    let id = text(&world.app, "select id::text from identity.providers").await;
    let mut first = returned(&world, &id, "one").await;
    let mut second = returned(&world, &id, "two").await;
    let came = outcome(&mut first, &comes("one", "ada@works.example")).await;
    assert_eq!(came, "signed_in");
    let again = comes("two", "ada.l@works.example");
    let (refused, ()) = join(refusal(&mut second, &again), async {
        waits(&world.app).await;
        first.execute("commit").await.unwrap();
    })
    .await;
    // serialization_failure
    assert_eq!(refused, "40001");
    second.execute("rollback").await.unwrap();
    let accounts =
        "select string_agg(email, ' ') from identity.users where provisioned_by is not null";
    assert_eq!(text(&world.app, accounts).await, "ada@works.example");
    // What it came with was not used up: it means the account that there is now.
    second.execute("begin").await.unwrap();
    assert_eq!(outcome(&mut second, &again).await, "signed_in");
    second.execute("commit").await.unwrap();
    assert_eq!(text(&world.app, accounts).await, "ada@works.example");
    let sessions = "select count(distinct user_id)::text || ' of ' || count(*) from identity.sessions where provider_id is not null";
    assert_eq!(text(&world.app, sessions).await, "1 of 2");
}
