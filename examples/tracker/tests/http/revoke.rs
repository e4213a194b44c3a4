use std::collections::BTreeMap;

use reqwest::StatusCode;

use crate::support::{CLIENT_ID, CLIENT_SECRET, Tokens, Tracker, refresh, tracker};

async fn revoke(tracker: &Tracker, token: &str, secret: &str) -> StatusCode {
    let form = BTreeMap::from([
        ("token", token),
        ("client_id", CLIENT_ID),
        ("client_secret", secret),
    ]);
    tracker.post_form("/revoke", &form).await.status()
}

#[tokio::test]
async fn a_revoked_access_token_ends_alone() {
    let tracker = tracker().await;
    let tokens = tracker.tokens("issues:read").await;
    assert_eq!(
        revoke(&tracker, &tokens.access, CLIENT_SECRET).await,
        StatusCode::OK
    );
    tracker.assert_refused(&tokens.access).await;
    assert_eq!(
        tracker.token(&refresh(&tokens.refresh)).await.0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_revoked_refresh_token_ends_its_grant() {
    let tracker = tracker().await;
    let first = tracker.tokens("issues:read").await;
    let second = Tokens::of(&tracker.token(&refresh(&first.refresh)).await.1);
    assert_eq!(
        revoke(&tracker, &second.refresh, CLIENT_SECRET).await,
        StatusCode::OK
    );
    tracker.assert_refused(&first.access).await;
    tracker.assert_refused(&second.access).await;
    assert_eq!(
        tracker.token(&refresh(&second.refresh)).await.1["error"],
        "invalid_grant"
    );
}

#[tokio::test]
async fn an_unknown_token_is_no_error_and_an_unknown_client_is() {
    let tracker = tracker().await;
    let tokens = tracker.tokens("issues:read").await;
    assert_eq!(
        revoke(&tracker, "no such token", CLIENT_SECRET).await,
        StatusCode::OK
    );
    assert_eq!(
        revoke(&tracker, &tokens.refresh, "wrong").await,
        StatusCode::UNAUTHORIZED
    );
    tracker.assert_works(&tokens.access).await;
}
