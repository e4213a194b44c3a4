//! RFC 9110 14, over the wire.

use reqwest::StatusCode;

use super::{ask, imported, large, original};
use crate::world::World;

#[tokio::test]
async fn a_part_of_the_original_is_given_as_it_was_asked_for() {
    let world = World::start().await;
    let content = large();
    let log = imported(&world.owner, content.clone()).await;
    let (path, size) = (original(&log), content.len());
    let get = |range: String| {
        let (world, path) = (&world, &path);
        async move { ask(&world.app, &world.owner, path, &[("range", &range)]).await }
    };
    let chunk = 64 * 1024;
    for (first, last) in [
        (0, 0),
        (5, 70_000),
        (chunk - 1, chunk),
        (chunk, 2 * chunk - 1),
        (size - 3, size - 1),
    ] {
        let answer = get(format!("bytes={first}-{last}")).await;
        assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT);
        let told = answer.headers()["content-range"].to_str().unwrap();
        assert_eq!(told, format!("bytes {first}-{last}/{size}"));
        assert!(
            answer.bytes().await.unwrap() == content[first..=last],
            "{first}-{last}"
        );
    }
    let tail = get("bytes=-10".to_owned()).await;
    assert!(tail.bytes().await.unwrap() == content[size - 10..]);
    let beyond = get(format!("bytes={size}-")).await;
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(
        beyond.headers()["content-range"].to_str().unwrap(),
        format!("bytes */{size}")
    );
    let several = get("bytes=0-1,5-6".to_owned()).await;
    assert_eq!(several.status(), StatusCode::OK);
    assert!(several.bytes().await.unwrap() == content);
}

#[tokio::test]
async fn a_part_of_another_file_is_not_taken_for_the_rest_of_this_one() {
    let world = World::start().await;
    let content = large();
    let path = original(&imported(&world.owner, content.clone()).await);
    let whole = ask(&world.app, &world.owner, &path, &[]).await;
    let tag = whole.headers()["etag"].to_str().unwrap().to_owned();
    let range = ("range", "bytes=0-1");
    let same = ask(
        &world.app,
        &world.owner,
        &path,
        &[range, ("if-range", &tag)],
    )
    .await;
    assert_eq!(same.status(), StatusCode::PARTIAL_CONTENT);
    let other = ask(
        &world.app,
        &world.owner,
        &path,
        &[range, ("if-range", "\"fil_0\"")],
    )
    .await;
    assert_eq!(other.status(), StatusCode::OK);
    assert!(other.bytes().await.unwrap() == content);
}
