use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use broker::rotation::{self, RotationKind};
use crypto::{DataKey, KeyId, Sealed};
use kernel::{Chance as _, OrganisationId, Secret, SystemRng};
use reqwest::StatusCode;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use sqlx::types::Uuid;

use super::many_keys::{VALUE, key_place, master, value_place};
use super::{LIMIT, data_keys, data_keys_rotated, hurry, many_keys, opens};
use crate::eventually::within;
use crate::sql::{refusal, waits};
use crate::world::World;

async fn ids(world: &World) -> BTreeSet<String> {
    let keys = data_keys(world).await;
    keys.into_iter().map(|key| key.id).collect()
}

/// A value, and the data key that it names.
#[derive(Debug, sqlx::FromRow)]
struct Value {
    org: Uuid,
    owner: Uuid,
    sealed: Vec<u8>,
    key: String,
    wrapped_by: String,
    wrapped: Vec<u8>,
}

/// How many values of the many organisations open by the key that they name, and by the file's master keys.
async fn openable_values(world: &World) -> usize {
    let text = std::fs::read_to_string(&world.app.master_key_file).unwrap();
    let options = world.app.database.superuser_options();
    let mut hand = PgConnection::connect_with(&options).await.unwrap();
    let rows: Vec<Value> = sqlx::query_as(
        "select s.org_id as org, s.owner_id as owner, s.sealed, k.id as key, k.wrapped_by, k.wrapped
           from broker.secrets s join broker.data_keys k on k.org_id = s.org_id and k.id = s.key_id
           join identity.organisations o on o.id = s.org_id and o.name = 'Many'",
    )
    .fetch_all(&mut hand)
    .await
    .unwrap();
    let mut open = 0;
    for row in rows {
        let tenant = OrganisationId::from(row.org).to_string();
        let (by, wrapped) = (KeyId::new(row.wrapped_by), Sealed::from_bytes(row.wrapped));
        let place = key_place(Some(&tenant), &row.key);
        let mut masters = text.lines().map(master);
        let bytes = masters.find_map(|master| master.unwrap(&by, &wrapped, &place).ok());
        let id = KeyId::new(row.key.as_str());
        let key = DataKey::new(id.clone(), &bytes.unwrap());
        let owner = row.owner.to_string();
        let sealed = Sealed::from_bytes(row.sealed);
        let opened = key.open(&id, &sealed, &value_place(&tenant, &owner));
        open += usize::from(opened.is_ok_and(|value| value.expose() == VALUE));
    }
    open
}

#[tokio::test]
async fn everything_opens_and_seals_while_data_keys_rotate_and_the_old_ones_are_gone_after_that() {
    let mut world = World::start().await;
    let before = world.propose("Sealed before").await;
    many_keys(&world.app, 300, 1).await;
    // More than a transaction takes.
    many_values_of_one(&world).await;
    let old = ids(&world).await;
    let sealed = AtomicUsize::new(0);
    let ended = {
        let rotating = data_keys_rotated(&world.app);
        let serving = async {
            loop {
                let during = world.propose("Sealed during").await;
                assert!(opens(&world, &during).await && opens(&world, &before).await);
                sealed.fetch_add(1, Ordering::Relaxed);
            }
        };
        tokio::select! {
            ended = rotating => ended,
            () = serving => unreachable!(),
        }
    };
    assert!(sealed.into_inner() > 0, "nothing was sealed meanwhile");
    assert_eq!((&ended.failure, ended.keys_left.len()), (&None, 0));
    assert!(
        ended.keys_done >= 300 && ended.values_done >= 900,
        "{ended:?}"
    );
    let new = ids(&world).await;
    assert_eq!(
        old.intersection(&new).count(),
        0,
        "an old key is there still"
    );
    assert_eq!(openable_values(&world).await, 900);
    // A token opens, to be sent; the audit log's key does, at the next start.
    assert_eq!(world.approve(&before.0, &before.1).await, StatusCode::OK);
    assert_eq!(world.settled(&before.0).await["state"], "executed");
    world.app.kill().await;
    world.app.restart().await;
    assert!(opens(&world, &before).await);
    let told = told(&world).await;
    assert!(old.iter().all(|id| told.contains(id)), "an end is not told");
}

/// 600 values of the first of the many organisations.
async fn many_values_of_one(world: &World) {
    let options = world.app.database.superuser_options();
    let mut hand = PgConnection::connect_with(&options).await.unwrap();
    let org: Uuid = sqlx::query_scalar("select org_id from broker.data_keys where id = 'dek_0'")
        .fetch_one(&mut hand)
        .await
        .unwrap();
    let tenant = OrganisationId::from(org).to_string();
    let key = DataKey::new(KeyId::new("dek_0"), &Secret::new([7; 32]));
    for _ in 0..600 {
        let owner = Uuid::from_bytes(SystemRng.bytes());
        let text = owner.to_string();
        let place = value_place(&tenant, &text);
        let sealed = key.seal(VALUE, &place, &SystemRng);
        sqlx::query(
            "insert into broker.secrets (org_id, owner_id, field, version, key_id, sealed)
             values ($1, $2, 'client_secret', 1, 'dek_0', $3)",
        )
        .bind(org)
        .bind(owner)
        .bind(sealed.as_bytes())
        .execute(&mut hand)
        .await
        .unwrap();
    }
}

/// The keys whose end the audit log tells.
async fn told(world: &World) -> BTreeSet<String> {
    let options = world.app.database.superuser_options();
    let mut hand = PgConnection::connect_with(&options).await.unwrap();
    let told: Vec<String> = sqlx::query_scalar(
        "select subject from audit.entries where action = 'broker.data_key_destroyed'",
    )
    .fetch_all(&mut hand)
    .await
    .unwrap();
    told.into_iter().collect()
}

#[tokio::test]
async fn a_rotation_of_data_keys_that_is_cut_off_goes_on() {
    let mut world = World::start().await;
    let broker = world.app.db("countersign_broker");
    let before = world.propose("Sealed before").await;
    // Some transactions end with the last value of a key.
    many_keys(&world.app, 1000, 4).await;
    let old = ids(&world).await;
    let (id, _) = rotation::ask(
        &world.app.db("countersign_verifier"),
        RotationKind::DataKeys,
    )
    .await
    .unwrap();
    let mut cut = 0;
    while !rotation::look(&broker, id).await.unwrap().unwrap().is_over {
        tokio::time::sleep(Duration::from_millis(200 * cut)).await;
        cut += 1;
        world.app.kill().await;
        hurry(&world.app).await;
        world.app.restart().await;
    }
    let ended = rotation::look(&broker, id).await.unwrap().unwrap();
    assert_eq!((ended.failure, ended.keys_left), (None, Vec::new()));
    assert_eq!(ended.keys_done, ended.keys_total);
    assert_eq!(openable_values(&world).await, 4000);
    assert_eq!(old.intersection(&ids(&world).await).count(), 0);
    assert!(opens(&world, &before).await);
}

#[tokio::test]
async fn a_value_that_does_not_open_keeps_its_key_and_holds_up_no_other() {
    let world = World::start().await;
    let before = world.propose("Sealed before").await;
    many_keys(&world.app, 3, 2).await;
    world
        .fate(
            "update broker.secrets set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)
              where owner_id = (select owner_id from broker.secrets where key_id = 'dek_1' limit 1)",
        )
        .await;
    let ended = data_keys_rotated(&world.app).await;
    assert_eq!(ended.failure, None);
    assert_eq!(ended.keys_left, ["dek_1"]);
    assert_eq!(openable_values(&world).await, 5);
    let left: Vec<String> = ids(&world).await.into_iter().collect();
    assert!(left.contains(&"dek_1".to_owned()) && !left.contains(&"dek_2".to_owned()));
    assert!(opens(&world, &before).await);
}

#[tokio::test]
async fn one_value_that_does_not_open_stays_and_all_others_of_its_key_move() {
    let world = World::start().await;
    many_keys(&world.app, 1, 1).await;
    // More than a transaction takes.
    many_values_of_one(&world).await;
    world
        .fate(
            "update broker.secrets set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)
              where owner_id = (select owner_id from broker.secrets where key_id = 'dek_0' limit 1)",
        )
        .await;
    let ended = data_keys_rotated(&world.app).await;
    assert_eq!(
        (ended.failure, ended.keys_left),
        (None, vec!["dek_0".to_owned()])
    );
    assert_eq!(openable_values(&world).await, 600);
    let under = "select count(*) from broker.secrets where key_id = 'dek_0'";
    assert_eq!(number(&world, under).await, 1);
}

/// The controls make somebody with each kind of data, while keys may rotate.
#[tokio::test]
async fn the_person_of_the_controls_does_not_hold_up_the_servers_key() {
    let world = World::start().await;
    let verifier = world.app.db("countersign_verifier");
    trust::control_sessions(&verifier).await.unwrap();
    let person = trust::make_control_person(&verifier).await.unwrap();
    let sealed = "select count(*) from identity.authenticators";
    assert_eq!(number(&world, sealed).await, 1);
    let ended = data_keys_rotated(&world.app).await;
    assert_eq!((ended.failure, ended.keys_left), (None, Vec::new()));
    trust::forget_control_person(&verifier, &person)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_value_that_goes_while_it_is_sealed_anew_does_not_keep_its_key() {
    let world = World::start().await;
    many_keys(&world.app, 1, 1).await;
    let options = world.app.database.superuser_options();
    let mut hand = PgConnection::connect_with(&options).await.unwrap();
    let mut deleting = hand.begin().await.unwrap();
    sqlx::query("delete from broker.secrets where key_id = 'dek_0'")
        .execute(&mut *deleting)
        .await
        .unwrap();
    let deleted = async {
        waits(&world.app).await;
        deleting.commit().await.unwrap();
    };
    let (ended, ()) = tokio::join!(data_keys_rotated(&world.app), deleted);
    assert_eq!((ended.failure, ended.keys_left), (None, Vec::new()));
    assert!(!ids(&world).await.contains("dek_0"));
}

/// Whoever read a value before it was sealed anew has ten seconds to ask for its key, however long the
/// rotation took.
#[tokio::test]
async fn a_key_is_there_for_a_while_after_the_last_of_its_values_has_moved() {
    let world = World::start().await;
    let broker = world.app.db("countersign_broker");
    many_keys(&world.app, 1, 1).await;
    world
        .fate(
            "update broker.data_keys set retired_at = now() - interval '1 hour' where id = 'dek_0'",
        )
        .await;
    let (id, _) = rotation::ask(
        &world.app.db("countersign_verifier"),
        RotationKind::DataKeys,
    )
    .await
    .unwrap();
    within(LIMIT, "the value has moved", async || {
        let under = "select count(*) from broker.secrets where key_id = 'dek_0'";
        (number(&world, under).await == 0).then_some(())
    })
    .await;
    let since_then = "select count(*) from broker.data_keys
        where id = 'dek_0' and retired_at > now() - interval '10 seconds'";
    assert_eq!(number(&world, since_then).await, 1);
    let now = rotation::look(&broker, id).await.unwrap().unwrap();
    assert!(!now.is_over);
}

async fn number(world: &World, query: &'static str) -> i64 {
    let options = world.app.database.superuser_options();
    let mut hand = PgConnection::connect_with(&options).await.unwrap();
    sqlx::query_scalar(query)
        .fetch_one(&mut hand)
        .await
        .unwrap()
}

/// VA-03: after a rotation the old key's name opens nothing new.
#[tokio::test]
async fn a_retired_key_seals_nothing_whoever_asks() {
    let world = World::start().await;
    let before = world.propose("Makes a key").await;
    world
        .fate("update broker.data_keys set retired_at = now()")
        .await;
    let mut broker = world.sql("countersign_broker").await;
    let seal = "insert into broker.secrets (org_id, owner_id, field, version, key_id, sealed)
        select ctx.org(), gen_random_uuid(), 'client_secret', 1, id, 'x' from broker.data_keys limit 1";
    assert_eq!(refusal(&mut broker, seal).await, "23514");
    // And nobody but the functions of a rotation says which key seals.
    let mut broker = world.sql("countersign_broker").await;
    let revive = "update broker.data_keys set retired_at = null";
    assert_eq!(refusal(&mut broker, revive).await, "42501");
    // The next to be sealed has a new key.
    let after = world.propose("Sealed after").await;
    assert!(opens(&world, &after).await);
    // A rotation gives those a successor that have none, and goes on to their end.
    let retired = ids(&world).await;
    let ended = data_keys_rotated(&world.app).await;
    assert_eq!((ended.failure, ended.keys_left), (None, Vec::new()));
    assert_eq!(retired.intersection(&ids(&world).await).count(), 0);
    for proposal in [&before, &after] {
        assert!(opens(&world, proposal).await);
    }
}
