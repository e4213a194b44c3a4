//! The one write, and what is known where its answer is lost.

use reqwest::Method;
use serde_json::json;
use testkit::provider::Mood;

use super::world::{GitHub, desk_with};
use crate::world::settled;

#[tokio::test]
async fn an_approved_issue_is_opened_once_with_its_mark() {
    let github = GitHub::start().await;
    let writing = github.connect("write").await;
    let arguments =
        desk_with(json!({ "title": "Order toner", "body": "Black.", "labels": ["supplies"] }));
    let id = github.approved(&writing, &arguments).await;
    let ended = settled(&github.owner, &id).await;
    assert_eq!(
        (&ended["state"], &ended["outcome"]["status"]),
        (&json!("executed"), &json!(201)),
        "{ended}"
    );
    let issues = github.issues().await;
    assert_eq!(issues.len(), 1);
    let issue = &issues[0];
    assert_eq!(issue["title"], "Order toner");
    assert_eq!(
        issue["body"],
        format!("Black.\n\n<!-- countersign: {id} -->")
    );
    assert_eq!(issue["labels"][0]["name"], "supplies");
    assert_eq!(issue["user"]["login"], "octocat");
    assert_eq!(ended["outcome"]["url"], issue["html_url"]);
    assert_eq!(ended["outcome"]["reference"], "1");
    github
        .assert_no_secret_shows(&[format!("/approvals/{id}"), format!("/connectors/{writing}")])
        .await;
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_by_the_mark() {
    let github = GitHub::start().await;
    let writing = github.connect("write").await;
    // Others have a mark too: it is not ours.
    let stranger = json!({ "title": "Order toner", "body": "<!-- countersign: apr_01jd6w3z9m4q8v7t2y5x0n1k3c -->" });
    github
        .by_hand(Method::POST, "/issues", Some(&stranger))
        .await;
    github.provider.be(Mood::LoseAnswersOfWrites);
    let arguments = desk_with(json!({ "title": "Order toner" }));
    let id = github.approved(&writing, &arguments).await;
    let ended = settled(&github.owner, &id).await;
    assert_eq!(
        (&ended["state"], &ended["outcome"]["reference"]),
        (&json!("executed"), &json!("2")),
        "{ended}"
    );
    let issues = github.issues().await;
    let ours = issues.iter().find(|issue| issue["number"] == 2).unwrap();
    assert_eq!(ended["outcome"]["url"], ours["html_url"]);
    assert_eq!(issues.len(), 2, "it was sent again");
    assert_eq!(sent(&github), 1);
}

#[tokio::test]
async fn a_write_that_is_not_found_is_left_to_a_person() {
    let github = GitHub::start().await;
    let writing = github.connect("write").await;
    let stranger = json!({ "title": "Order toner", "body": "<!-- countersign: apr_01jd6w3z9m4q8v7t2y5x0n1k3c -->" });
    github
        .by_hand(Method::POST, "/issues", Some(&stranger))
        .await;
    github.provider.be(Mood::LoseWrites);
    let arguments = desk_with(json!({ "title": "Order toner" }));
    let id = github.approved(&writing, &arguments).await;
    let ended = settled(&github.owner, &id).await;
    // It may still arrive: not found is not the same as not done.
    assert_eq!(
        (&ended["state"], &ended["outcome"]["status"]),
        (&json!("unknown_outcome"), &json!(502)),
        "{ended}"
    );
    assert!(
        !github.provider.seen(&Method::GET).is_empty(),
        "nobody looked"
    );
    assert_eq!(sent(&github), 1);
}

/// How often an issue was sent.
fn sent(github: &GitHub) -> usize {
    let posted = github.provider.seen(&Method::POST);
    posted
        .iter()
        .filter(|call| call.target.starts_with("/repos/"))
        .count()
}
