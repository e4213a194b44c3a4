//! DNS is asked each day whether a domain is still the organisation's: only an answer counts, and it counts once a
//! day.

use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _};

use super::*;

/// A day later, as the broker sees it: what comes of DNS saying that the record is there, or not.
async fn next_day(world: &World, is_found: bool) -> String {
    let options = world.app.database.superuser_options();
    let mut hand = PgConnection::connect_with(&options).await.unwrap();
    // In one transaction: the broker itself takes nothing of it.
    let mut day = hand.begin().await.unwrap();
    day.execute(
        "update identity.domains set next_check_at = now() - interval '1 second',
                missing_since = missing_since - interval '1 day' where verified_at is not null",
    )
    .await
    .unwrap();
    let said = sqlx::query_scalar(
        "select identity.domain_rechecked(d.org_id, d.domain_id, $1) from identity.next_domain() d",
    )
    .bind(is_found)
    .fetch_one(&mut *day)
    .await
    .unwrap();
    day.commit().await.unwrap();
    said
}

/// Has the broker ask DNS, as it does by itself once a day. Returns once it has.
async fn asked(world: &World) {
    let before = world.names.asked();
    fate(
        &world.app,
        "update identity.domains set next_check_at = now() - interval '1 second' where verified_at is not null",
    )
    .await;
    for _ in 0..600 {
        let taken = "identity.domains where next_check_at > now()";
        if world.names.asked() > before && told(world, taken).await == "1" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("DNS was not asked");
}

async fn told(world: &World, of: &str) -> String {
    text(&world.app, &format!("select count(*)::text from {of}")).await
}

const FAILING: &str = "audit.entries where action = 'identity.domain_failing'";
const LOST: &str = "audit.entries where action = 'identity.domain_lost'";

#[tokio::test]
async fn a_record_that_is_gone_for_a_week_takes_the_domain_and_owners_are_told() {
    let mut world = World::start().await;
    let record = challenge(&world.app, DOMAIN).await;
    assert_eq!(next_day(&world, true).await, "kept");
    assert!(!world.owner.get(SETTINGS).await.text.contains("Record gone"));
    // Gone: told once, and the domain stays.
    assert_eq!(next_day(&world, false).await, "failing");
    assert_eq!(next_day(&world, false).await, "failing");
    let page = world.owner.get(SETTINGS).await.text;
    assert!(
        page.contains("Record gone") && page.contains(&record),
        "{page}"
    );
    assert_eq!(told(&world, FAILING).await, "1");
    assert_eq!(
        told(&world, "mail.outbox where template = 'domain_failing'").await,
        "1"
    );
    drop(world.let_in(&colleague("ada")).await);
    // Back: as if nothing had been.
    assert_eq!(next_day(&world, true).await, "kept");
    assert!(!world.owner.get(SETTINGS).await.text.contains("Record gone"));
    for day in 1..=7 {
        assert_eq!(next_day(&world, false).await, "failing", "{day}");
    }
    assert_eq!(next_day(&world, false).await, "lost");
    let page = world.owner.get(SETTINGS).await.text;
    assert!(page.contains("Not verified"), "{page}");
    assert_eq!(told(&world, LOST).await, "1");
    assert_eq!(
        told(&world, "mail.outbox where template = 'domain_lost'").await,
        "1"
    );
    // Nobody new comes by it; whoever is known does.
    let (_, shown) = world.come_back(&colleague("bo")).await;
    assert_refused(&shown, StatusCode::FORBIDDEN, "identity.provider_outside");
    drop(world.let_in(&colleague("ada")).await);
}

#[tokio::test]
async fn who_asks_often_brings_the_end_no_nearer() {
    let mut world = World::start().await;
    world.names.write("_countersign.works.example", &[]);
    let path = check_path(&world.app, DOMAIN).await;
    for _ in 0..10 {
        world.press(&path, &[]).await;
    }
    let page = world.owner.get(SETTINGS).await.text;
    assert!(
        page.contains("Record gone") && page.contains("Yours since"),
        "{page}"
    );
    assert_eq!(told(&world, FAILING).await, "1");
    let days = "identity.domains where missing_days = 1";
    assert_eq!(told(&world, days).await, "1");
    // Nor does whoever has the broker's login count a day twice.
    let mut broker = PgConnection::connect_with(&world.app.login("countersign_broker"))
        .await
        .unwrap();
    let (org, id): (sqlx::types::Uuid, sqlx::types::Uuid) = {
        let options = world.app.database.superuser_options();
        let mut hand = PgConnection::connect_with(&options).await.unwrap();
        sqlx::query_as("select org_id, id from identity.domains")
            .fetch_one(&mut hand)
            .await
            .unwrap()
    };
    for _ in 0..10 {
        let said: String = sqlx::query_scalar("select identity.domain_rechecked($1, $2, false)")
            .bind(org)
            .bind(id)
            .fetch_one(&mut broker)
            .await
            .unwrap();
        assert_eq!(said, "gone");
    }
    assert_eq!(told(&world, days).await, "1");
}

#[tokio::test]
async fn the_broker_asks_by_itself_and_dns_that_does_not_answer_takes_nothing() {
    let mut world = World::start().await;
    let name = "_countersign.works.example";
    world.names.write(name, &[]);
    asked(&world).await;
    for _ in 0..100 {
        if told(&world, FAILING).await == "1" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(world.owner.get(SETTINGS).await.text.contains("Record gone"));
    // Its name server fails from here on, for longer than there is grace.
    world.names.fail();
    fate(
        &world.app,
        "update identity.domains set missing_days = 20, missing_since = now() - interval '20 days'",
    )
    .await;
    asked(&world).await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let kept = "identity.domains where verified_at is not null and missing_days = 20
                   and next_check_at between now() and now() + interval '1 hour'";
    assert_eq!(told(&world, kept).await, "1");
    assert_eq!(told(&world, LOST).await, "0");
}
