//! What the password of a database login is good for, beside the vault.

use broker::rotation::RotationKind;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use super::rotated;
use crate::sql::refusal;
use crate::world::World;

const STATEMENTS: [&str; 13] = [
    "select * from broker.rotations",
    "insert into broker.rotations (id, kind) values (gen_random_uuid(), 'data_keys')",
    "select * from broker.server_keys",
    "select * from broker.keys_to_rewrap(1)",
    "select broker.rewrap('{}', '{}', '{}', '{}')",
    "select * from broker.master_key_uses()",
    "select * from broker.sealing_server_key()",
    "select * from broker.key_to_replace()",
    "select broker.retire(null, 'x', 'y', 'z', '')",
    "select * from broker.values_under(null, 'x', 1)",
    "select broker.reseal('broker.secrets', null, null, null, '', 'x', '')",
    "select broker.emptied(null, 'x')",
    "select broker.destroy_retired()",
];

#[tokio::test]
async fn no_other_login_asks_for_a_rotation_or_sees_a_key() {
    let world = World::start().await;
    for login in [
        "countersign_front",
        "countersign_anon",
        "countersign_verifier",
    ] {
        let options = world.app.login(login);
        let mut thief = PgConnection::connect_with(&options).await.unwrap();
        for statement in STATEMENTS {
            assert_eq!(
                refusal(&mut thief, statement).await,
                "42501",
                "{login}: {statement}"
            );
        }
    }
}

#[tokio::test]
async fn the_brokers_login_sees_data_keys_across_tenants_only_while_they_rotate() {
    let world = World::start().await;
    assert_eq!(
        rotated(&world.app, RotationKind::MasterKey).await.failure,
        None
    );
    let options = world.app.login("countersign_broker");
    let mut thief = PgConnection::connect_with(&options).await.unwrap();
    let seen: i64 = sqlx::query_scalar("select count(*) from broker.keys_to_rewrap(1000)")
        .fetch_one(&mut thief)
        .await
        .unwrap();
    assert_eq!(seen, 0);
    let rewrap = "select broker.rewrap(array[null]::uuid[], array['x'], array['x'::bytea], array['y'::bytea])";
    assert_eq!(refusal(&mut thief, rewrap).await, "42501");
    // The history of rotations stays, and which key seals is not anybody's to say.
    for statement in [
        "delete from broker.rotations",
        "insert into broker.rotations (id, kind) values (gen_random_uuid(), 'data_keys')",
        "select broker.ask_rotation(gen_random_uuid(), 'data_keys')",
        "update broker.rotations set asked_at = now()",
        "delete from broker.server_keys",
        "update broker.server_keys set wrapped = ''",
        "update broker.data_keys set wrapped = ''",
        "update approvals.proposals set payload_sealed = ''",
        "select * from broker.values_under(gen_random_uuid(), 'x', 1)",
        "select broker.retire(null, 'x', 'y', 'z', '')",
        "select broker.reseal('broker.secrets', null, null, null, '', 'x', '')",
        "select broker.emptied(null, 'x')",
        "select broker.destroy_retired()",
    ] {
        assert_eq!(refusal(&mut thief, statement).await, "42501", "{statement}");
    }
    let seen: i64 = sqlx::query_scalar("select count(*) from broker.key_to_replace()")
        .fetch_one(&mut thief)
        .await
        .unwrap();
    assert_eq!(seen, 0);
}

/// Whoever has the broker's login cannot reopen a rotation that is over, nor turn one that is under way to another key
/// or another kind, and the log tells of each however it is written.
#[tokio::test]
async fn what_is_told_of_a_rotation_stays() {
    let world = World::start().await;
    let ended = rotated(&world.app, RotationKind::MasterKey).await;
    assert_eq!(ended.failure, None);
    let options = world.app.login("countersign_broker");
    let mut thief = PgConnection::connect_with(&options).await.unwrap();
    for change in ["ended_at = null", "keys_left = '{}'", "failure = 'x'"] {
        let statement = format!("update broker.rotations set {change}");
        assert_eq!(refusal(&mut thief, &statement).await, "23514", "{change}");
    }
    // One that is under way, and that no broker of the server takes.
    let mut hand = PgConnection::connect_with(&world.app.database.superuser_options())
        .await
        .unwrap();
    let mut held = hand.begin().await.unwrap();
    for statement in [
        "select broker.ask_rotation(gen_random_uuid(), 'data_keys')",
        "update broker.rotations set begun_at = now() where ended_at is null",
    ] {
        sqlx::query(statement).execute(&mut *held).await.unwrap();
    }
    for change in [
        "begun_at = now() + interval '1 day'",
        "begun_at = null",
        "master_key = 'file:mine'",
        "kind = 'master_key'",
    ] {
        let mut attempt = held.begin().await.unwrap();
        let statement = format!("update broker.rotations set {change} where ended_at is null");
        assert_eq!(refusal(&mut attempt, &statement).await, "23514", "{change}");
    }
    sqlx::query(
        "update broker.rotations set ended_at = now(), failure = 'x' where ended_at is null",
    )
    .execute(&mut *held)
    .await
    .unwrap();
    let told: Vec<String> = sqlx::query_scalar(
        "select action from audit.entries where action like 'broker.rotation%' order by at, id",
    )
    .fetch_all(&mut *held)
    .await
    .unwrap();
    let actions = ["asked", "begun", "ended", "asked", "begun", "failed"];
    assert_eq!(
        told,
        actions.map(|action| format!("broker.rotation_{action}"))
    );
}
