//! What an app says of a credential in the headers of its answers: when it ends, and what else it may do.

use axum::http::HeaderMap;
use axum::routing::get;
use axum::{Json, Router};
use kernel::{Clock as _, SystemClock};
use serde_json::{Value, json};
use testkit::provider::Mood;
use time::{Duration, OffsetDateTime};

use super::world::{Desk, KEY, OTHER_KEY, connected, desk, key};

/// The app of the guide, which says of each key what these headers hold.
async fn told(headers: &[(&'static str, String)]) -> Desk {
    let told = "[auth.paste.told]\nexpires = \"x-key-ends\"\nscopes = \"x-key-scopes\"\n\n[auth.credential]";
    let manifest = desk().replace("[auth.credential]", told);
    let mut answered = HeaderMap::new();
    for (name, value) in headers {
        answered.insert(*name, value.parse().unwrap());
    }
    let app = Router::new().route(
        "/api/me",
        get(async move || (answered.clone(), Json(json!({})))),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let world = Desk::with(&manifest, &upstream).await;
    world.provider.be(Mood::Honest);
    world
}

/// As GitHub writes it.
fn written(at: OffsetDateTime) -> String {
    let (date, time) = (at.date(), at.time());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    format!("{date} {hour:02}:{minute:02}:{second:02} UTC")
}

async fn row(world: &Desk, id: &str) -> Value {
    let path = format!("/api/v1/connections/{id}");
    world.owner.get(&path).await.unwrap()
}

#[tokio::test]
async fn a_credential_that_ends_soon_is_asked_for_again_in_its_place() {
    let now = SystemClock.now();
    let soon = written(now + Duration::days(3));
    let world = told(&[("x-key-ends", soon.clone())]).await;
    let id = world.add("desk", "read").await;
    assert_eq!(world.give(&id, &key(KEY)).await, (200, connected()));
    let ends = row(&world, &id).await["credential_ends_at"].take();
    assert_eq!(ends, soon.replacen(' ', "T", 1).replace(" UTC", "Z"));
    let page = world.page(&format!("/connectors/{id}")).await;
    assert!(
        page.contains("and no longer. Give it another one before"),
        "{page}"
    );

    // Another one goes to the same connection, by the form that the page leads to.
    let form = [
        ("instance_url", world.provider.url()),
        ("credential", OTHER_KEY),
    ];
    let given = world.owner.submit("/connectors/apps/desk/connect", &form);
    assert_eq!(given.await.unwrap().status().as_u16(), 303);
    let all = world.owner.get("/api/v1/connections").await.unwrap();
    assert_eq!(all.as_array().map(Vec::len), Some(1), "{all}");
}

#[tokio::test]
async fn an_end_that_is_far_or_cannot_be_read_asks_nobody_for_anything() {
    let far = written(SystemClock.now() + Duration::days(90));
    for (told_end, is_known) in [(far, true), ("when it is over".to_owned(), false)] {
        let world = told(&[("x-key-ends", told_end)]).await;
        let id = world.add("desk", "read").await;
        assert_eq!(world.give(&id, &key(KEY)).await, (200, connected()));
        let row = row(&world, &id).await;
        assert_eq!(row["credential_ends_at"].is_string(), is_known, "{row}");
        let page = world.page(&format!("/connectors/{id}")).await;
        assert!(!page.contains("Give it another one"), "{page}");
    }
}

/// Nobody asked for a scope of what somebody pasted; and one of the next credential's is not the last one's.
#[tokio::test]
async fn scopes_that_a_credential_has_are_shown_as_too_many_until_another_has_none() {
    let world = told(&[("x-key-scopes", "admin everything".to_owned())]).await;
    let id = world.add("desk", "read").await;
    assert_eq!(world.give(&id, &key(KEY)).await, (200, connected()));
    let granted = row(&world, &id).await["scopes_granted"].take();
    assert_eq!(granted, json!(["admin", "everything"]));
    let page = world.page(&format!("/connectors/{id}")).await;
    assert!(
        page.contains("Paste one that has none in its place"),
        "{page}"
    );

    // Now the app says nothing of it.
    world.provider.be(Mood::Status(200));
    assert_eq!(world.give(&id, &key(OTHER_KEY)).await, (200, connected()));
    assert_eq!(row(&world, &id).await["scopes_granted"], json!([]));
    let page = world.page(&format!("/connectors/{id}")).await;
    assert!(!page.contains("Paste one that has none"), "{page}");
}
