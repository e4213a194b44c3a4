//! The device grant (RFC 8628).

use reqwest::StatusCode;

use super::client::{Client, text};
use crate::world::World;

/// Lets the time pass that a device waits between two polls.
const WAITED: &str = "update oauth.device_codes set polled_at = polled_at - interval '1 minute'";

#[tokio::test]
async fn a_device_gets_what_its_person_left_ticked() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let device = client.start_device("insight.read connectors.read").await;
    let user_code = text(&device, "user_code");
    assert!(
        user_code.len() == 9 && !user_code.contains(['A', 'E', 'I', 'O', 'U']),
        "{user_code}"
    );
    let (status, waits) = client.poll(&device).await;
    assert_eq!(
        (status, text(&waits, "error")),
        (StatusCode::BAD_REQUEST, "authorization_pending")
    );
    assert_eq!(text(&client.poll(&device).await.1, "error"), "slow_down");
    let shown = world
        .owner
        .submit("/device", &[("user_code", user_code)])
        .await
        .unwrap();
    let shown = shown.text().await.unwrap();
    assert!(
        shown.contains("Test client") && shown.contains("registered itself"),
        "{shown}"
    );
    let said = client.answer_device(&world.owner, &device, "allow").await;
    assert!(said.contains("The device is connected"), "{said}");
    world.fate(WAITED).await;
    let (status, tokens) = client.poll(&device).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    assert_eq!(tokens["scope"], "insight.read");
    assert_eq!(
        client.me(text(&tokens, "access_token")).await,
        StatusCode::OK
    );
    assert_eq!(
        client.refresh(text(&tokens, "refresh_token")).await.0,
        StatusCode::OK
    );
    // Once.
    assert_eq!(
        text(&client.poll(&device).await.1, "error"),
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_device_that_is_refused_too_late_or_anothers_gets_nothing() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let other = Client::register(&world.app.url).await;
    let device = client.start_device("insight.read").await;
    client.answer_device(&world.owner, &device, "deny").await;
    assert_eq!(
        text(&client.poll(&device).await.1, "error"),
        "access_denied"
    );
    let device = client.start_device("insight.read").await;
    client.answer_device(&world.owner, &device, "allow").await;
    assert_eq!(text(&other.poll(&device).await.1, "error"), "invalid_grant");
    let late = client.start_device("insight.read").await;
    world
        .fate("update oauth.device_codes set created_at = created_at - interval '11 min', expires_at = expires_at - interval '11 min'")
        .await;
    assert_eq!(text(&client.poll(&late).await.1, "error"), "expired_token");
    let said = client.answer_device(&world.owner, &late, "allow").await;
    assert!(said.contains("No device waits"), "{said}");
}

#[tokio::test]
async fn nobody_guesses_the_code_of_a_device() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    client.start_device("insight.read").await;
    let mut refused = 0;
    for _ in 0..30 {
        let answer = world
            .owner
            .submit("/device", &[("user_code", "BCDFGHJK")])
            .await
            .unwrap();
        refused += u32::from(answer.status() == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(refused >= 19, "only {refused} of 30 guesses had to wait");
}
