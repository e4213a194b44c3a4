use reqwest::Method;
use serde_json::{Value, json};
use testkit::provider::Mood;

use super::world::{ADA, Emulated};
use crate::world::{rows_with, scanned, settled};

const CANARY: &str = "canary-of-what-somebody-wrote";
/// Of Ada, who writes there by hand.
const HAND: &str = "xoxp-a-token-of-ada-herself";

/// Slack, which gives no more than a token's scopes permit, and the channel in which Ada wrote twice.
async fn slack() -> (Emulated, String) {
    let slack = Emulated::start(&["slack.com"], |client, back| {
        let scopes = ["channels:history", "channels:read", "chat:write"];
        json!({
            "service": "slack",
            "as_forms": ["/api/conversations.list", "/api/conversations.history", "/api/conversations.replies"],
            "seed": { "slack": {
                "strict_scopes": true,
                "team": { "name": "acme", "domain": "acme" },
                "users": [{ "name": "ada", "email": ADA }],
                "channels": [{ "name": "desk" }],
                "oauth_apps": [{
                    "client_id": client.id, "client_secret": client.secret, "name": "Countersign",
                    "redirect_uris": [back], "scopes": scopes,
                }],
                "tokens": [{ "token": HAND, "user": "ada", "scopes": scopes }],
            } },
        })
    })
    .await;
    let channels = slack
        .hand(Method::GET, "/api/conversations.list", (HAND, &Value::Null))
        .await;
    let channels = channels["channels"].as_array().unwrap();
    let desk = channels.iter().find(|one| one["name"] == "desk").unwrap();
    let desk = desk["id"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        let message = json!({ "channel": desk, "text": CANARY });
        let said = slack
            .hand(Method::POST, "/api/chat.postMessage", (HAND, &message))
            .await;
        assert_eq!(said["ok"], true, "{said}");
    }
    (slack, desk)
}

/// What stands in the channel, newest first.
async fn messages(slack: &Emulated, channel: &str) -> Vec<Value> {
    let path = format!("/api/conversations.history?channel={channel}");
    let told = slack.hand(Method::GET, &path, (HAND, &Value::Null)).await;
    told["messages"].as_array().unwrap().clone()
}

#[tokio::test]
async fn who_wrote_when_is_read_without_a_word_by_a_token_that_cannot_write() {
    let (slack, desk) = slack().await;
    let id = slack.connect("slack", "read").await;
    let log = scanned(&slack.owner, &id, &json!({ "channel": desk })).await;
    assert_eq!(
        (&log["state"], &log["cases"], &log["events"]),
        (&json!("ready"), &json!(2), &json!(2)),
        "{log}"
    );
    assert_eq!(rows_with(&slack.app, CANARY).await, Vec::<String>::new());
    let token = slack.bearer(&Method::GET, "/api/conversations.history");
    let message = json!({ "channel": desk, "text": "stolen" });
    let refused = slack
        .hand(Method::POST, "/api/chat.postMessage", (&token, &message))
        .await;
    assert_eq!(refused["error"], "missing_scope", "{refused}");
    slack
        .assert_no_secret_shows(&[format!("/connectors/{id}")])
        .await;
}

#[tokio::test]
async fn a_message_is_posted_once_with_its_approval_and_found_where_the_answer_was_lost() {
    let (slack, desk) = slack().await;
    let id = slack.connect("slack", "write").await;
    for (text, mood) in [
        ("Handover", Mood::Honest),
        ("At nine", Mood::LoseAnswersOfWrites),
    ] {
        let before = messages(&slack, &desk).await.len();
        let message = json!({ "channel": desk, "text": text });
        let (proposal, hash) = slack.proposed(&id, ("post_message", &message)).await;
        assert_eq!(messages(&slack, &desk).await.len(), before);
        slack.provider.be(mood);
        slack.approve(&proposal, &hash).await;
        let ended = settled(&slack.owner, &proposal).await;
        assert_eq!(ended["state"], "executed", "{ended}");
        slack.provider.be(Mood::Honest);
        let all = messages(&slack, &desk).await;
        assert_eq!(all.len(), before + 1);
        assert_eq!(all[0]["text"], text);
        let mark = &all[0]["metadata"]["event_payload"]["approval_id"];
        assert_eq!(mark, &json!(proposal));
    }
}

/// An error that Slack tells with 200.
#[tokio::test]
async fn a_channel_that_is_not_there_is_no_success() {
    let (slack, _) = slack().await;
    let id = slack.connect("slack", "write").await;
    let message = json!({ "channel": "C0NOWHERE", "text": "Handover" });
    let (proposal, hash) = slack.proposed(&id, ("post_message", &message)).await;
    slack.approve(&proposal, &hash).await;
    let ended = settled(&slack.owner, &proposal).await;
    assert_eq!(ended["state"], "failed", "{ended}");
}
