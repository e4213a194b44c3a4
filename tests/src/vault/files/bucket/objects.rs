//! What is in the bucket, and what becomes of it when somebody else changes it there.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::recorder::Recorder;
use super::{long, moto, names, object, put, uploads, world, world_at};
use crate::eventually::eventually;
use crate::sql::number;
use crate::vault::data_keys_rotated;
use crate::vault::files::{CANARY, ask, csv, imported, large, original, try_ask};
use crate::world::{World, rows_with};

const CHUNK: usize = 64 * 1024 + 16;

async fn code(world: &World, log: &str) -> (StatusCode, Value) {
    let answer = ask(&world.app, &world.owner, &original(log), &[]).await;
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    (status, body["code"].clone())
}

#[tokio::test]
async fn a_file_is_sealed_in_the_bucket_comes_back_as_it_was_and_goes_with_its_log() {
    let moto = moto();
    let world = world(&moto).await;
    let content = large();
    let log = imported(&world.owner, content.clone()).await;
    let found = names(&moto);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("team/files/"), "{found:?}");
    let sealed = object(&moto, &found[0]);
    let size = u64::try_from(content.len()).unwrap();
    assert_eq!(sealed.len() as u64, crypto::stream::sealed_size(size));
    let canary = CANARY.as_bytes();
    assert!(!sealed.windows(canary.len()).any(|bytes| bytes == canary));
    assert_eq!(rows_with(&world.app, CANARY).await, Vec::<String>::new());
    let answer = ask(&world.app, &world.owner, &original(&log), &[]).await;
    assert!(answer.bytes().await.unwrap() == content);
    let ended = data_keys_rotated(&world.app).await;
    assert_eq!((&ended.failure, ended.keys_left.len()), (&None, 0));
    assert!(
        object(&moto, &found[0]) == sealed,
        "a rotation touches no file"
    );
    let answer = ask(&world.app, &world.owner, &original(&log), &[]).await;
    assert!(answer.bytes().await.unwrap() == content);
    let path = format!("/api/v1/logs/{log}");
    let gone = world.owner.send(Method::DELETE, &path, None).await.unwrap();
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    eventually("its object is removed", async || {
        names(&moto).is_empty().then_some(())
    })
    .await;
    let left = "select count(*) from broker.file_remains";
    eventually("and nothing is listed", async || {
        (number(&world.app, left).await == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_long_file_leaves_in_parts_and_a_range_asks_for_its_chunks_alone() {
    let moto = moto();
    let recorder = Recorder::before(moto.url()).await;
    let world = world_at(&moto, &recorder.url).await;
    let content = long();
    let size = content.len();
    let log = imported(&world.owner, content.clone()).await;
    let parts = recorder
        .taken()
        .iter()
        .filter(|asked| asked.query.contains("partNumber"))
        .count();
    assert_eq!(parts, size.div_ceil(8 << 20));
    assert_eq!(uploads(&moto), 0);
    for (first, last) in [(0, 0), (9_000_000, 9_000_100), (size - 3, size - 1)] {
        recorder.forget();
        let range = format!("bytes={first}-{last}");
        let answer = ask(
            &world.app,
            &world.owner,
            &original(&log),
            &[("range", &range)],
        )
        .await;
        assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT);
        assert!(answer.bytes().await.unwrap() == content[first..=last]);
        let sealed = usize::try_from(crypto::stream::sealed_size(size as u64)).unwrap();
        let of = |plain: usize| {
            let from = plain / (64 * 1024) * CHUNK;
            format!("bytes={from}-{}", (from + CHUNK).min(sealed) - 1)
        };
        let asked: Vec<_> = recorder
            .taken()
            .into_iter()
            .map(|asked| asked.range)
            .collect();
        assert_eq!(asked, [Some(of(size - 1)), Some(of(first))]);
    }
    let answer = ask(&world.app, &world.owner, &original(&log), &[]).await;
    assert!(answer.bytes().await.unwrap() == content);
}

#[tokio::test]
async fn an_object_that_was_changed_in_the_bucket_is_not_given() {
    let moto = moto();
    let world = world(&moto).await;
    let content = large();
    let log = imported(&world.owner, content.clone()).await;
    let name = names(&moto).remove(0);
    let sealed = object(&moto, &name);
    let altered = (
        StatusCode::INTERNAL_SERVER_ERROR,
        Value::from("files.altered"),
    );
    let mut longer = sealed.clone();
    longer.push(0);
    let mut flipped = sealed.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let cut = sealed[..sealed.len() - 1].to_vec();
    let whole_chunks = sealed[..2 * CHUNK].to_vec();
    let mut last_moved = sealed.clone();
    let tail = sealed.len() - sealed.len() / CHUNK * CHUNK;
    last_moved.rotate_right(tail);
    for bytes in [cut, whole_chunks, longer, flipped, last_moved, Vec::new()] {
        put(&moto, &name, &bytes);
        assert_eq!(code(&world, &log).await, altered);
    }
    // Before its end: the answer breaks off.
    let mut early = sealed.clone();
    early[CHUNK + 9] ^= 1;
    let mut swapped = sealed.clone();
    swapped[..2 * CHUNK].rotate_left(CHUNK);
    for bytes in [early, swapped] {
        put(&moto, &name, &bytes);
        let answer = try_ask(&world.app, &world.owner, &original(&log), &[]).await;
        assert!(answer.is_err() || answer.unwrap().bytes().await.is_err());
    }
    moto.hand(&json!({ "do": "delete", "name": name }));
    assert_eq!(code(&world, &log).await, altered);
    put(&moto, &name, &sealed);
    let answer = ask(&world.app, &world.owner, &original(&log), &[]).await;
    assert!(answer.bytes().await.unwrap() == content);
}

#[tokio::test]
async fn an_object_in_the_place_of_another_does_not_open() {
    let moto = moto();
    let world = world(&moto).await;
    let first = imported(&world.owner, csv(8)).await;
    let before = names(&moto);
    let second = imported(&world.owner, csv(8)).await;
    let after = names(&moto);
    let other = after.iter().find(|name| !before.contains(name)).unwrap();
    put(&moto, other, &object(&moto, &before[0]));
    assert_eq!(code(&world, &second).await.1, "files.altered");
    let answer = ask(&world.app, &world.owner, &original(&first), &[]).await;
    assert!(answer.bytes().await.unwrap() == csv(8));
}
