//! Of a file that never came whole, no object stays in the bucket, and no part of one.

use broker::files::FileName;
use broker::socket::{BrokerClient, Upload};
use kernel::{LogId, Scope};

use super::{long, moto, names, uploads, world};
use crate::eventually::eventually;
use crate::vault::files::{new_log, rows};
use crate::world::{World, session_hash};

/// Begins a file that does not end, once a part of it is on its way.
async fn begun(world: &World, name: &str) -> Upload {
    let log: LogId = new_log(&world.owner, name).await.parse().unwrap();
    let broker = BrokerClient::new(&world.app.broker_socket);
    let scope = Scope::Session(session_hash(&world.owner));
    let begun = broker.put_file(&scope, log, FileName::of("long.csv"));
    let mut sending = begun.await.unwrap();
    sending.write(&long()).await.unwrap();
    sending
}

#[tokio::test]
async fn of_a_file_that_is_cut_off_no_part_stays_in_the_bucket() {
    let moto = moto();
    let world = world(&moto).await;
    let sending = begun(&world, "Cut").await;
    eventually("parts are on their way", async || {
        (uploads(&moto) == 1).then_some(())
    })
    .await;
    assert_eq!(names(&moto), Vec::<String>::new());
    drop(sending);
    eventually("nothing of it is left", async || {
        (uploads(&moto) == 0 && rows(&world.app).await == 0).then_some(())
    })
    .await;
    assert_eq!(names(&moto), Vec::<String>::new());
}

#[tokio::test]
async fn parts_that_a_crash_left_in_the_bucket_are_swept() {
    let moto = moto();
    let mut world = world(&moto).await;
    let sending = begun(&world, "Crash").await;
    eventually("parts are on their way", async || {
        (uploads(&moto) == 1).then_some(())
    })
    .await;
    world.app.kill().await;
    assert_eq!(uploads(&moto), 1, "a process that ends does not tidy up");
    world.app.restart().await;
    let silent = "update broker.files set alive_at = now() - interval '6 minutes'";
    assert_eq!(world.fate(silent).await, 1);
    eventually("nothing of it is left", async || {
        let hurry = "update broker.file_remains set due_at = now()";
        world.fate(hurry).await;
        (uploads(&moto) == 0 && rows(&world.app).await == 0).then_some(())
    })
    .await;
    assert_eq!(names(&moto), Vec::<String>::new());
    drop(sending);
}
