//! What RFC 6749 10, RFC 7636 7 and RFC 9700 4 warn of.

use reqwest::{StatusCode, header};

use crate::support::{
    CLIENT_ID, CLIENT_SECRET, LOGIN, PASSWORD, Tokens, exchange, redirected, request, tracker,
};

#[tokio::test]
async fn a_second_use_of_a_code_is_refused_and_ends_the_tokens_of_the_first() {
    let tracker = tracker().await;
    let code = tracker.code("issues:read").await;
    let (_, answer) = tracker.token(&exchange(&code)).await;
    let tokens = Tokens::of(&answer);
    tracker.assert_works(&tokens.access).await;

    let (status, answer) = tracker.token(&exchange(&code)).await;
    assert_eq!(
        (status, answer["error"].as_str()),
        (StatusCode::BAD_REQUEST, Some("invalid_grant"))
    );
    tracker.assert_refused(&tokens.access).await;
    let (_, answer) = tracker
        .token(&crate::support::refresh(&tokens.refresh))
        .await;
    assert_eq!(answer["error"], "invalid_grant");
}

#[tokio::test]
async fn a_code_lasts_sixty_seconds() {
    let tracker = tracker().await;
    let code = tracker.code("issues:read").await;
    tracker.clock.pass(time::Duration::seconds(60));
    let (_, answer) = tracker.token(&exchange(&code)).await;
    assert_eq!(answer["error"], "invalid_grant");
}

#[tokio::test]
async fn a_wrong_verifier_is_refused_and_uses_the_code_up() {
    let tracker = tracker().await;
    let code = tracker.code("issues:read").await;
    let mut form = exchange(&code);
    form.insert("code_verifier", "x".repeat(43));
    let (status, answer) = tracker.token(&form).await;
    assert_eq!(
        (status, answer["error"].as_str()),
        (StatusCode::BAD_REQUEST, Some("invalid_grant"))
    );
    let (_, answer) = tracker.token(&exchange(&code)).await;
    assert_eq!(answer["error"], "invalid_grant");
}

#[tokio::test]
async fn a_code_without_its_verifier_or_for_another_redirect_uri_is_refused() {
    let tracker = tracker().await;
    let mut form = exchange(&tracker.code("issues:read").await);
    form.remove("code_verifier");
    assert_eq!(tracker.token(&form).await.1["error"], "invalid_request");

    let mut form = exchange(&tracker.code("issues:read").await);
    form.insert("redirect_uri", "http://127.0.0.1:9/callback/".to_owned());
    assert_eq!(tracker.token(&form).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn a_stranger_is_told_nothing_and_sent_nowhere() {
    let tracker = tracker().await;
    for (name, value) in [
        ("redirect_uri", "http://127.0.0.1:9/callback?x=1"),
        ("redirect_uri", "http://127.0.0.1:9/callback/../evil"),
        ("redirect_uri", "http://127.0.0.1:9@evil.example/callback"),
        ("redirect_uri", "HTTP://127.0.0.1:9/callback"),
        ("redirect_uri", ""),
        ("client_id", "desk2"),
    ] {
        let mut asked = request("issues:read");
        asked.insert(name, value.to_owned());
        let page = tracker.ask(&asked).await;
        assert_eq!(page.status(), StatusCode::BAD_REQUEST, "{value}");
        assert!(!page.headers().contains_key(header::LOCATION));
        let posted = tracker.decide(&asked, PASSWORD, "allow").await;
        assert_eq!(posted.status(), StatusCode::BAD_REQUEST, "{value}");
        assert!(!posted.headers().contains_key(header::LOCATION));
    }
}

#[tokio::test]
async fn a_request_without_pkce_or_with_a_weak_one_is_refused() {
    let tracker = tracker().await;
    for (name, value) in [
        ("code_challenge", ""),
        ("code_challenge", "short"),
        ("code_challenge_method", ""),
        ("code_challenge_method", "plain"),
    ] {
        let mut asked = request("issues:read");
        asked.insert(name, value.to_owned());
        let answer = tracker.ask(&asked).await;
        assert_eq!(
            redirected(&answer)["error"],
            "invalid_request",
            "{name}={value}"
        );
    }
}

#[tokio::test]
async fn the_client_learns_what_is_wrong_with_its_request() {
    let tracker = tracker().await;
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "", "invalid_request"),
        ("scope", "issues:read admin", "invalid_scope"),
        ("scope", "", "invalid_scope"),
    ] {
        let mut asked = request("issues:read");
        asked.insert(name, value.to_owned());
        let answer = tracker.ask(&asked).await;
        let answer = redirected(&answer);
        assert_eq!(
            (answer["error"].as_str(), answer["state"].as_str()),
            (error, &*asked["state"])
        );
    }
}

#[tokio::test]
async fn a_parameter_that_is_sent_twice_is_refused() {
    let tracker = tracker().await;
    let mut twice: Vec<_> = request("issues:read").into_iter().collect();
    twice.push(("scope", "issues:write".to_owned()));
    let answer = tracker.ask(&twice).await;
    assert_eq!(redirected(&answer)["error"], "invalid_request");
    twice.push(("redirect_uri", "https://evil.example/".to_owned()));
    let answer = tracker.ask(&twice).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_wrong_password_gives_no_code_and_too_many_make_a_pause() {
    let tracker = tracker().await;
    let asked = request("issues:read");
    for _ in 0..10 {
        let answer = tracker.decide(&asked, "guess", "allow").await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!answer.text().await.unwrap().contains("guess"));
    }
    let answer = tracker.decide(&asked, PASSWORD, "allow").await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    tracker.clock.pass(time::Duration::minutes(5));
    let answer = tracker.decide(&asked, PASSWORD, "allow").await;
    assert!(redirected(&answer).contains_key("code"));
}

#[tokio::test]
async fn the_right_password_under_another_name_is_refused() {
    let tracker = tracker().await;
    let mut form = request("issues:read");
    for (name, value) in [
        ("login", "root"),
        ("password", PASSWORD),
        ("decision", "allow"),
    ] {
        form.insert(name, value.to_owned());
    }
    let answer = tracker.post_form("/authorize", &form).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_ne!(LOGIN, "root");
}

#[tokio::test]
async fn a_client_that_does_not_prove_itself_gets_nothing_and_uses_nothing_up() {
    let tracker = tracker().await;
    let code = tracker.code("issues:read").await;
    for (id, secret) in [
        (CLIENT_ID, "wrong"),
        (CLIENT_ID, ""),
        ("other", CLIENT_SECRET),
        ("", CLIENT_SECRET),
    ] {
        let mut form = exchange(&code);
        form.insert("client_id", id.to_owned());
        form.insert("client_secret", secret.to_owned());
        let response = tracker.post_form("/token", &form).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert!(response.headers().contains_key(header::WWW_AUTHENTICATE));
        let answer: serde_json::Value = response.json().await.unwrap();
        assert_eq!(answer["error"], "invalid_client");
    }
    assert_eq!(tracker.token(&exchange(&code)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn two_ways_of_client_authentication_at_once_are_refused() {
    let tracker = tracker().await;
    let form = exchange(&tracker.code("issues:read").await);
    let request = tracker.http.post(tracker.url("/token"));
    let request = request
        .basic_auth(CLIENT_ID, Some(CLIENT_SECRET))
        .form(&form);
    let answer: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["error"], "invalid_request");
}

#[tokio::test]
async fn a_token_request_that_is_no_form_or_of_another_kind_is_refused() {
    let tracker = tracker().await;
    let request = tracker
        .http
        .post(tracker.url("/token"))
        .json(&exchange("x"));
    let answer: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["error"], "invalid_request");
    let mut form = exchange("x");
    form.insert("grant_type", "password".to_owned());
    assert_eq!(
        tracker.token(&form).await.1["error"],
        "unsupported_grant_type"
    );
}

#[tokio::test]
async fn a_host_name_that_is_not_loopback_is_refused() {
    let tracker = tracker().await;
    for (host, status) in [
        ("rebound.example", StatusCode::MISDIRECTED_REQUEST),
        (
            "127.0.0.1.rebound.example:80",
            StatusCode::MISDIRECTED_REQUEST,
        ),
        ("localhost:8080", StatusCode::OK),
    ] {
        let request = tracker
            .http
            .get(tracker.url("/"))
            .header(header::HOST, host);
        assert_eq!(request.send().await.unwrap().status(), status, "{host}");
    }
}

#[tokio::test]
async fn an_address_that_other_machines_can_reach_is_not_listened_on() {
    let mut settings = crate::support::settings();
    settings.listen = "0.0.0.0:0".parse().unwrap();
    let error = tracker::start(settings, std::sync::Arc::new(tracker::SystemClock)).await;
    assert!(matches!(error, Err(tracker::StartError::NotLoopback(_))));
}
