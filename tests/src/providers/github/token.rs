//! Connected by a personal access token: what may be asked is what the manifest of the OAuth App says.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::world::{GitHub, desk_with};
use crate::world::settled;

/// A connection by `octocat`'s token, made by the page that a person uses.
async fn pasted(github: &GitHub, purpose: &str) -> String {
    let form = [("credential", github.token_of_octocat.as_str())];
    let page = format!("/connectors/apps/github-token{purpose}/connect");
    let answer = github.owner.submit(&page, &form).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let to = answer.headers()["location"].to_str().unwrap();
    to.strip_prefix("/connectors/").unwrap().to_owned()
}

#[tokio::test]
async fn a_token_reads_and_writes_what_the_oauth_app_does() {
    let github = GitHub::start().await;
    let reading = pasted(&github, "").await;
    let issue = json!({ "title": "Order toner" });
    github.by_hand(Method::POST, "/issues", Some(&issue)).await;
    let log = crate::world::scanned(&github.owner, &reading, &super::world::desk()).await;
    assert_eq!(
        (&log["state"], &log["cases"]),
        (&json!("ready"), &json!(1)),
        "{log}"
    );

    let writing = pasted(&github, "-write").await;
    let id = github
        .approved(&writing, &desk_with(json!({ "title": "Order paper" })))
        .await;
    let ended = settled(&github.owner, &id).await;
    assert_eq!(ended["state"], "executed", "{ended}");
    let sent = github.provider.seen(&Method::POST).pop().unwrap();
    let bearer = format!("Bearer {}", github.token_of_octocat);
    assert_eq!(sent.headers["authorization"], bearer.as_str());
    github
        .assert_token_shows_nowhere(&[format!("/connectors/{writing}"), format!("/approvals/{id}")])
        .await;
}

/// One GitHub with several ways to it; a way that is in use has a card of its own.
#[tokio::test]
async fn the_catalogue_offers_a_token_as_another_way_to_github() {
    let github = GitHub::start().await;
    let other = "<a href=\"/connectors/apps/github-token/connect\">GitHub with a token";
    let own = "<h3>GitHub with a token</h3>";
    let page = github.page("/connectors").await;
    assert!(page.contains(other) && !page.contains(own), "{page}");
    assert!(!page.contains("In use"), "{page}");
    pasted(&github, "").await;
    let page = github.page("/connectors").await;
    assert!(!page.contains(other) && page.contains(own), "{page}");
    let (used, more) = page.split_once("More apps").unwrap();
    let github_alone = "<h3>GitHub</h3>";
    assert!(used.contains("In use") && used.contains(own), "{page}");
    assert!(
        !used.contains(github_alone) && more.contains(github_alone),
        "{page}"
    );
}
