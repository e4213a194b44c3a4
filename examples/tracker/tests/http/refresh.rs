use reqwest::StatusCode;

use crate::support::{Tokens, refresh, tracker};

#[tokio::test]
async fn a_refresh_gives_new_tokens_of_the_same_scope() {
    let tracker = tracker().await;
    let first = tracker.tokens("issues:read issues:write").await;
    tracker.clock.pass(time::Duration::hours(2));
    let (status, answer) = tracker.token(&refresh(&first.refresh)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer["scope"], "issues:read issues:write");
    let second = Tokens::of(&answer);
    assert_ne!(first.refresh, second.refresh);
    tracker.assert_works(&second.access).await;
    tracker.assert_refused(&first.access).await;
}

#[tokio::test]
async fn a_replayed_refresh_token_ends_everything_that_came_from_the_grant() {
    let tracker = tracker().await;
    let other = tracker.tokens("issues:read").await;
    let first = tracker.tokens("issues:read").await;
    let second = Tokens::of(&tracker.token(&refresh(&first.refresh)).await.1);
    let third = Tokens::of(&tracker.token(&refresh(&second.refresh)).await.1);

    let (status, answer) = tracker.token(&refresh(&first.refresh)).await;
    assert_eq!(
        (status, answer["error"].as_str()),
        (StatusCode::BAD_REQUEST, Some("invalid_grant"))
    );
    for token in [&first.access, &second.access, &third.access] {
        tracker.assert_refused(token).await;
    }
    assert_eq!(
        tracker.token(&refresh(&third.refresh)).await.1["error"],
        "invalid_grant"
    );
    tracker.assert_works(&other.access).await;
}

#[tokio::test]
async fn of_two_refreshes_at_once_one_is_a_replay() {
    let tracker = tracker().await;
    let tokens = tracker.tokens("issues:read").await;
    let form = refresh(&tokens.refresh);
    let (one, other) = tokio::join!(tracker.token(&form), tracker.token(&form));
    let good = [&one, &other]
        .into_iter()
        .filter(|(status, _)| *status == StatusCode::OK)
        .count();
    assert_eq!(good, 1);
    for (_, answer) in [&one, &other] {
        if let Some(access) = answer["access_token"].as_str() {
            tracker.assert_refused(access).await;
        }
    }
}

#[tokio::test]
async fn a_refresh_may_ask_for_less_and_not_for_more() {
    let tracker = tracker().await;
    let tokens = tracker.tokens("issues:read issues:write").await;
    let mut less = refresh(&tokens.refresh);
    less.insert("scope", "issues:read".to_owned());
    let (_, answer) = tracker.token(&less).await;
    assert_eq!(answer["scope"], "issues:read");
    let issue = serde_json::json!({ "title": "t" });
    let refused = tracker
        .create(&Tokens::of(&answer).access, &issue, None)
        .await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);

    let tokens = tracker.tokens("issues:read").await;
    let mut more = refresh(&tokens.refresh);
    more.insert("scope", "issues:read issues:write".to_owned());
    assert_eq!(tracker.token(&more).await.1["error"], "invalid_scope");
    assert_eq!(
        tracker.token(&refresh(&tokens.refresh)).await.0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_refresh_token_that_nobody_uses_ends_after_thirty_days() {
    let tracker = tracker().await;
    let tokens = tracker.tokens("issues:read").await;
    tracker.clock.pass(time::Duration::days(30));
    assert_eq!(
        tracker.token(&refresh(&tokens.refresh)).await.1["error"],
        "invalid_grant"
    );
}
