use reqwest::{StatusCode, header};
use serde_json::json;

use crate::support::{Tracker, request, simulated_tracker, tracker};

async fn page(tracker: &Tracker, path: &str) -> String {
    let response = tracker.http.get(tracker.url(path)).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response.text().await.unwrap()
}

#[tokio::test]
async fn the_list_is_open_to_read_and_says_that_it_is_simulated() {
    let tracker = simulated_tracker().await;
    let html = page(&tracker, "/").await;
    assert!(html.contains("without signing in"));
    assert!(html.contains("Simulated history."));
    assert_eq!(html.matches("<tr>").count(), 41);
    let review = page(&tracker, "/?status=in-review").await;
    assert!(review.contains("In review") && !review.contains("badge done"));
}

#[tokio::test]
async fn a_walk_through_the_list_shows_every_issue_once() {
    let tracker = simulated_tracker().await;
    let (mut path, mut seen) = ("/".to_owned(), Vec::new());
    loop {
        let html = page(&tracker, &path).await;
        seen.extend(
            html.split("href=\"/issues/")
                .skip(1)
                .map(|rest| rest.split_once('"').unwrap().0.parse::<u64>().unwrap()),
        );
        let Some((_, next)) = html.split_once("rel=\"next\" href=\"") else {
            break;
        };
        path = next.split_once('"').unwrap().0.replace("&#38;", "&");
    }
    assert!(seen.len() > 300);
    assert!(
        seen.is_sorted_by(|newer, older| *newer == older + 1),
        "{seen:?}"
    );
    assert_eq!(seen.last(), Some(&1));
}

#[tokio::test]
async fn an_empty_tracker_says_what_to_do_and_is_not_called_simulated() {
    let tracker = tracker().await;
    let html = page(&tracker, "/").await;
    assert!(html.contains("No issues here") && !html.contains("Simulated"));
    page(&tracker, "/?page=99999999999999999999&status=nonsense").await;
    page(&tracker, &format!("/?page={}", u64::MAX)).await;
}

#[tokio::test]
async fn what_a_client_wrote_is_text_and_never_markup() {
    let tracker = tracker().await;
    let token = tracker.tokens("issues:write").await.access;
    let attack = "<script>alert(1)</script><img src=x onerror=alert(1)>";
    let issue = json!({ "title": attack, "body": attack, "labels": ["\"><b>"] });
    tracker.create(&token, &issue, None).await;
    for path in ["/", "/issues/1"] {
        let html = page(&tracker, path).await;
        assert!(html.contains("&#60;script&#62;"), "{path}");
        assert!(!html.contains("<script") && !html.contains("<img src=x") && !html.contains("<b>"));
    }
    let mut asked = request("issues:read");
    asked.insert("state", attack.to_owned());
    let html = tracker.ask(&asked).await;
    assert!(!html.text().await.unwrap().contains("<script"));
}

#[tokio::test]
async fn every_page_forbids_script_and_frames() {
    let tracker = simulated_tracker().await;
    for path in [
        "/",
        "/issues/1",
        "/issues/0",
        "/no-such-page",
        "/assets/tracker.css",
    ] {
        let response = tracker.http.get(tracker.url(path)).send().await.unwrap();
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'self';"),
            "{path}"
        );
        assert!(policy.contains("form-action 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"));
        assert_eq!(
            response.headers()[header::X_CONTENT_TYPE_OPTIONS],
            "nosniff"
        );
        let html = response.text().await.unwrap();
        assert!(
            !html.contains(" style=") && !html.contains("<script"),
            "{path}"
        );
    }
    assert_eq!(
        tracker
            .http
            .get(tracker.url("/issues/0"))
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
}

#[tokio::test]
async fn the_consent_form_may_lead_back_to_the_client_and_nowhere_else() {
    let tracker = tracker().await;
    let asked = request("issues:read");
    let page = tracker.ask(&asked).await;
    let policy = page.headers()[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    assert!(
        policy.contains("form-action 'self' http://127.0.0.1:9;"),
        "{policy}"
    );
}
