use reqwest::Method;
use serde_json::{Value, json};

use super::world::{ADA, Emulated};
use crate::sql::number;
use crate::world::{rows_with, scanned, settled};

const CANARY: &str = "canary-of-what-somebody-wrote";

async fn google() -> Emulated {
    let hosts = [
        "accounts.google.com",
        "oauth2.googleapis.com",
        "gmail.googleapis.com",
        "www.googleapis.com",
    ];
    Emulated::start(&hosts, |client, back| {
        let mail = |id: &str, label: &str, at: &str| {
            json!({
                "id": id, "thread_id": "18f0aa00", "user_email": ADA, "from": "ben@example.com", "to": ADA,
                "subject": CANARY, "body_text": CANARY, "label_ids": [label], "internal_date": at,
            })
        };
        let meeting = |id: &str, day: u8| {
            json!({
                "id": id, "user_email": ADA, "calendar_id": "primary", "summary": CANARY,
                "start_date_time": format!("2026-03-{day:02}T09:00:00.000Z"),
                "end_date_time": format!("2026-03-{day:02}T09:30:00.000Z"),
            })
        };
        json!({
            "service": "google",
            "paths": { "/token": "/oauth2/token", "/revoke": "/oauth2/revoke" },
            "seed": { "google": {
                "users": [{ "email": ADA, "name": "Ada" }],
                "oauth_clients": [{
                    "client_id": client.id, "client_secret": client.secret, "redirect_uris": [back],
                }],
                "messages": [
                    mail("18f0aa01", "INBOX", "1772442000000"),
                    mail("18f0aa02", "INBOX", "1772445600000"),
                    mail("18f0aa03", "SENT", "1772443800000"),
                ],
                "calendars": [{
                    "id": "primary", "user_email": ADA, "summary": ADA, "primary": true, "time_zone": "UTC",
                }],
                "calendar_events": [meeting("began1", 2), meeting("began2", 3)],
            } },
        })
    })
    .await
}

/// The activities of a log with how many events each has.
async fn activities(google: &Emulated, log: &Value) -> Value {
    let counted = number(&google.app, "select count(*) from insight.events");
    json!([log["cases"], log["events"], counted.await])
}

#[tokio::test]
async fn moments_of_mails_are_read_and_no_word_of_them() {
    let google = google().await;
    let id = google.connect("gmail", "read").await;
    let log = scanned(&google.owner, &id, &json!({ "labelIds": "INBOX" })).await;
    assert_eq!(log["state"], "ready", "{log}");
    assert_eq!(activities(&google, &log).await, json!([1, 3, 3]));
    assert_eq!(rows_with(&google.app, CANARY).await, Vec::<String>::new());
    google
        .assert_no_secret_shows(&[format!("/connectors/{id}")])
        .await;
}

#[tokio::test]
async fn a_token_that_ended_is_replaced_and_one_that_google_ended_asks_a_person() {
    let google = google().await;
    let id = google.connect("gmail", "read").await;
    let inbox = json!({ "labelIds": "INBOX" });
    google.due().await;
    assert_eq!(scanned(&google.owner, &id, &inbox).await["state"], "ready");
    // One code, and one refresh.
    assert_eq!(google.arrived(&Method::POST, "/token"), 2);
    let told = google.end(&id).await;
    assert_eq!(google.arrived(&Method::POST, "/revoke"), 1, "{told}");
    assert_eq!(google.state(&id).await.0, "disconnected");
    let sealed = number(&google.app, "select count(*) from broker.secrets").await;
    assert_eq!(sealed, 0);
}

#[tokio::test]
async fn when_events_begin_and_end_is_read_and_one_is_added_with_an_approval_alone() {
    let google = google().await;
    let reading = google.connect("google-calendar", "read").await;
    let asked = json!({ "timeMin": "2026-01-01T00:00:00Z", "timeMax": "2026-12-31T00:00:00Z" });
    let log = scanned(&google.owner, &reading, &asked).await;
    assert_eq!(
        (&log["state"], &log["cases"], &log["events"]),
        (&json!("ready"), &json!(2), &json!(4)),
        "{log}"
    );
    assert_eq!(rows_with(&google.app, CANARY).await, Vec::<String>::new());

    let writing = google.connect("google-calendar", "write").await;
    let event = json!({
        "summary": "Handover", "start": "2026-04-01T09:00:00Z", "end": "2026-04-01T09:30:00Z",
    });
    let (id, hash) = google.proposed(&writing, ("create_event", &event)).await;
    assert_eq!(google.arrived(&Method::POST, "/calendar/v3/"), 0);
    google.approve(&id, &hash).await;
    let ended = settled(&google.owner, &id).await;
    assert_eq!(ended["state"], "executed", "{ended}");
    assert_eq!(google.arrived(&Method::POST, "/calendar/v3/"), 1);
    let token = google.bearer(&Method::POST, "/calendar/v3/");
    let all = google
        .hand(
            Method::GET,
            "/calendar/v3/calendars/primary/events",
            (&token, &Value::Null),
        )
        .await;
    let titles: Vec<_> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["summary"] == "Handover")
        .collect();
    assert_eq!(titles.len(), 1, "{all}");
    google
        .assert_no_secret_shows(&[format!("/approvals/{id}")])
        .await;
}
