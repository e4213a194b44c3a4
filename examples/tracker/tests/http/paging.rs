use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Tracker, simulated_tracker};

/// Walks a listing to its end and returns everything in it.
async fn walk(tracker: &Tracker, token: &str, path: &str, items: &str) -> Vec<Value> {
    let first = tracker.read(&format!("/api/v1/{path}"), token).await;
    walk_on(tracker, token, path, items, first).await
}

/// Walks on from a page.
async fn walk_on(
    tracker: &Tracker,
    token: &str,
    path: &str,
    items: &str,
    mut page: Value,
) -> Vec<Value> {
    let mut all = page[items].as_array().unwrap().clone();
    while let Some(next) = page["next_cursor"].as_str() {
        let address = format!("/api/v1/{path}&cursor={next}");
        page = tracker.read(&address, token).await;
        all.extend(page[items].as_array().unwrap().iter().cloned());
    }
    all
}

fn numbers(items: &[Value], name: &str) -> Vec<u64> {
    items
        .iter()
        .map(|item| item[name].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_walk_sees_every_issue_once_whatever_the_page_size() {
    let tracker = simulated_tracker().await;
    let token = tracker.tokens("issues:read").await.access;
    let whole = walk(&tracker, &token, "issues?limit=100", "issues").await;
    for limit in [7, 99] {
        let path = format!("issues?limit={limit}");
        assert_eq!(walk(&tracker, &token, &path, "issues").await, whole);
    }
    let seen: BTreeSet<_> = numbers(&whole, "number").into_iter().collect();
    assert_eq!(seen.len(), whole.len());
    assert_eq!(seen, (1..=whole.len() as u64).collect());
    assert!(whole.is_sorted_by_key(|issue| issue["updated_at"].as_str().unwrap().to_owned()));
}

#[tokio::test]
async fn a_walk_sees_every_event_once_in_order() {
    let tracker = simulated_tracker().await;
    let token = tracker.tokens("issues:read").await.access;
    let events = walk(&tracker, &token, "events?limit=83", "events").await;
    assert_eq!(
        numbers(&events, "id"),
        (1..=events.len() as u64).collect::<Vec<_>>()
    );
    assert!(events.is_sorted_by_key(|event| event["at"].as_str().unwrap().to_owned()));

    let of_one = walk(&tracker, &token, "issues/17/events?limit=2", "events").await;
    let expected: Vec<_> = events
        .iter()
        .filter(|event| event["issue"] == 17)
        .cloned()
        .collect();
    assert!(expected.len() > 2);
    assert_eq!(of_one, expected);
}

#[tokio::test]
async fn since_takes_what_happened_then_or_later() {
    let tracker = simulated_tracker().await;
    let token = tracker.tokens("issues:read").await.access;
    let events = walk(&tracker, &token, "events?limit=100", "events").await;
    let since = events[events.len() / 2]["at"].as_str().unwrap();
    let recent = walk(&tracker, &token, &format!("events?since={since}"), "events").await;
    let expected: Vec<_> = events
        .iter()
        .filter(|event| event["at"].as_str().unwrap() >= since)
        .cloned()
        .collect();
    assert_eq!(recent, expected);

    let issues = walk(&tracker, &token, "issues?limit=100", "issues").await;
    let updated = walk(
        &tracker,
        &token,
        &format!("issues?updated_since={since}"),
        "issues",
    )
    .await;
    let expected: Vec<_> = issues
        .into_iter()
        .filter(|issue| issue["updated_at"].as_str().unwrap() >= since)
        .collect();
    assert_eq!(updated, expected);
}

#[tokio::test]
async fn an_issue_that_appears_during_a_walk_is_seen_at_its_end() {
    let tracker = simulated_tracker().await;
    let token = tracker.tokens("issues:read issues:write").await.access;
    let first = tracker.read("/api/v1/issues?limit=100", &token).await;
    let created = tracker
        .create(&token, &json!({ "title": "new" }), None)
        .await;
    let created: Value = created.json().await.unwrap();
    let all = walk_on(&tracker, &token, "issues?limit=100", "issues", first).await;
    assert_eq!(all.last().unwrap()["number"], created["number"]);
    assert_eq!(
        all.len(),
        usize::try_from(created["number"].as_u64().unwrap()).unwrap()
    );
}
