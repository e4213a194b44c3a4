use std::fs;

use broker::rotation::{self, RotationKind};
use broker::vault::{MasterKeyFile, MasterKeyFileError};
use kernel::SystemRng;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use super::{data_keys, many_keys, openable, opens, over, rotated};
use crate::world::World;

#[tokio::test]
async fn everything_opens_while_the_master_key_rotates_and_without_the_old_one_after_that() {
    let mut world = World::start().await;
    let broker = world.app.db("countersign_broker");
    let before = world.propose("Sealed before").await;
    let old = rotation::uses(&broker).await.unwrap();
    many_keys(&world.app, 1200, 0).await;
    let (id, is_new) = rotation::ask(
        &world.app.db("countersign_verifier"),
        RotationKind::MasterKey,
    )
    .await
    .unwrap();
    assert!(is_new);
    let during = world.propose("Sealed during").await;
    assert!(opens(&world, &before).await);
    let ended = over(&broker, id).await;
    assert_eq!((&ended.failure, ended.keys_left.len()), (&None, 0));
    assert!(ended.keys_done >= 1200, "{ended:?}");
    let uses = rotation::uses(&broker).await.unwrap();
    let [new] = &uses[..] else {
        panic!("two master keys are in use: {uses:?}");
    };
    assert_eq!(Some(&new.master_key), ended.master_key.as_ref());
    assert_ne!(new.master_key, old[0].master_key);
    // The operator takes the old key out of the file.
    let file = &world.app.master_key_file;
    let text = fs::read_to_string(file).unwrap();
    assert_eq!(text.lines().count(), 2);
    fs::write(file, text.lines().next().unwrap()).unwrap();
    world.app.kill().await;
    world.app.restart().await;
    for proposal in [&before, &during, &world.propose("Sealed after").await] {
        assert!(opens(&world, proposal).await);
    }
}

/// VA-03: a copy of the database from before the rotation, beside the key file of today.
#[tokio::test]
async fn a_copy_from_before_the_rotation_opens_nothing_once_the_old_key_is_gone() {
    let world = World::start().await;
    let broker = world.app.db("countersign_broker");
    world.propose("Sealed before").await;
    let copy = data_keys(&world).await;
    let old = rotation::uses(&broker).await.unwrap();
    assert_eq!(
        rotated(&world.app, RotationKind::MasterKey).await.failure,
        None
    );
    let file = &world.app.master_key_file;
    // With the old key in the file the copy opens, which is what the file keeps it for.
    assert_eq!(openable(file, &copy), copy.len());
    let text = fs::read_to_string(file).unwrap();
    fs::write(file, text.lines().next().unwrap()).unwrap();
    assert_eq!(openable(file, &copy), 0);
    assert_eq!(openable(file, &data_keys(&world).await), copy.len());
    // A broker on the copy says which key it would need.
    let in_use = [old[0].master_key.clone()];
    let refused = MasterKeyFile::load_or_make(file, &in_use, &SystemRng).unwrap_err();
    assert!(
        matches!(&refused, MasterKeyFileError::Other { needed, .. } if *needed == in_use[0]),
        "{refused}"
    );
}

#[tokio::test]
async fn a_rotation_that_is_cut_off_at_any_point_goes_on_with_the_key_that_it_made() {
    let mut world = World::start().await;
    let broker = world.app.db("countersign_broker");
    let proposal = world.propose("Sealed before").await;
    many_keys(&world.app, 3000, 0).await;
    let (id, _) = rotation::ask(
        &world.app.db("countersign_verifier"),
        RotationKind::MasterKey,
    )
    .await
    .unwrap();
    let mut cut = 0;
    while !rotation::look(&broker, id).await.unwrap().unwrap().is_over {
        // Later each time, from before the first step on.
        tokio::time::sleep(std::time::Duration::from_millis(150 * cut)).await;
        cut += 1;
        world.app.kill().await;
        world.app.restart().await;
        // Whoever asks meanwhile is told of this one.
        let (again, is_new) = rotation::ask(
            &world.app.db("countersign_verifier"),
            RotationKind::MasterKey,
        )
        .await
        .unwrap();
        if again != id {
            assert!(is_new);
            let finished = rotation::look(&broker, id).await.unwrap().unwrap();
            assert!(finished.is_over);
        }
    }
    let ended = rotation::look(&broker, id).await.unwrap().unwrap();
    assert_eq!((ended.failure, ended.keys_left), (None, Vec::new()));
    assert!(ended.keys_done >= 3000);
    let text = fs::read_to_string(&world.app.master_key_file).unwrap();
    assert!((2..=3).contains(&text.lines().count()));
    assert!(opens(&world, &proposal).await);
}

#[tokio::test]
async fn a_key_that_was_put_into_the_file_by_hand_is_taken() {
    let world = World::start().await;
    let file = &world.app.master_key_file;
    let old = fs::read_to_string(file).unwrap();
    fs::write(file, format!("{}\n{old}", "5a".repeat(32))).unwrap();
    // The broker has not looked at the file since it started: its next rotation does.
    let ended = rotated(&world.app, RotationKind::MasterKey).await;
    let by_hand = crypto::MasterKey::new(&kernel::Secret::new([0x5a; 32]));
    assert_eq!(ended.master_key.as_deref(), Some(by_hand.id().as_str()));
    assert_eq!(fs::read_to_string(file).unwrap().lines().count(), 2);
    // Now there is one alone, and the next rotation makes another.
    let ended = rotated(&world.app, RotationKind::MasterKey).await;
    assert_ne!(ended.master_key.as_deref(), Some(by_hand.id().as_str()));
    assert_eq!(fs::read_to_string(file).unwrap().lines().count(), 3);
}

#[tokio::test]
async fn a_data_key_that_does_not_open_is_named_and_holds_up_no_other() {
    let world = World::start().await;
    let broker = world.app.db("countersign_broker");
    let proposal = world.propose("Sealed before").await;
    many_keys(&world.app, 3, 0).await;
    world
        .fate("update broker.data_keys set wrapped = '' where id = 'dek_1'")
        .await;
    let ended = rotated(&world.app, RotationKind::MasterKey).await;
    assert_eq!(ended.failure, None);
    assert_eq!(ended.keys_left, ["dek_1"]);
    assert_eq!(ended.keys_done, ended.keys_total - 1);
    assert_eq!(rotation::uses(&broker).await.unwrap().len(), 2);
    assert!(opens(&world, &proposal).await);
    // Nor does it hold up the next rotation, which has a key of its own.
    let next = rotated(&world.app, RotationKind::MasterKey).await;
    assert_eq!(
        (next.failure, next.keys_left),
        (None, vec!["dek_1".to_owned()])
    );
    assert_ne!(next.master_key, ended.master_key);
    assert_eq!(next.keys_done, ended.keys_done);
    assert!(opens(&world, &proposal).await);
}

#[tokio::test]
async fn a_file_that_the_broker_cannot_replace_stays_and_says_what_to_do() {
    let world = World::start().await;
    let file = &world.app.master_key_file;
    let before = fs::read_to_string(file).unwrap();
    // Nothing takes a folder's place.
    fs::create_dir(file.with_file_name("master.key.new")).unwrap();
    let ended = rotated(&world.app, RotationKind::MasterKey).await;
    let why = ended.failure.unwrap();
    assert!(why.contains("above the others by hand"), "{why}");
    assert_eq!(fs::read_to_string(file).unwrap(), before);
    let mut hand = PgConnection::connect_with(&world.app.database.superuser_options())
        .await
        .unwrap();
    let told: Vec<String> = sqlx::query_scalar(
        "select action from audit.entries where action like 'broker.rotation%' order by at",
    )
    .fetch_all(&mut hand)
    .await
    .unwrap();
    assert_eq!(told, ["broker.rotation_asked", "broker.rotation_failed"]);
}
