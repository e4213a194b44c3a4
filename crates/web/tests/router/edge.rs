//! What every request and answer passes.

use axum::body::Body;
use http::{Method, header};
use serde_json::json;

use crate::support::{Client, ORIGIN, front};

#[tokio::test]
async fn every_answer_carries_the_security_headers_and_a_nonce_of_its_own() {
    let front = front().await;
    let mut client = Client::default();
    let mut nonces = Vec::new();
    for path in ["/healthz", "/api/v1/me", "/nowhere", "/api/nowhere"] {
        let answer = client.get(&front, path).await;
        let policy = answer.header("content-security-policy").to_owned();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'nonce-"),
            "{path}: {policy}"
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), value, "{path}: {name}");
        }
        assert!(answer.header("x-request-id").starts_with("req_"));
        assert_eq!(answer.header("strict-transport-security"), "", "plain HTTP");
        nonces.push(policy);
    }
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), 4);
}

#[tokio::test]
async fn another_host_name_reaches_nothing_but_the_probes() {
    let front = front().await;
    let client = Client::default();
    for (path, host, status) in [
        ("/api/v1/me", "evil.example", 421),
        ("/", "localhost", 421),
        ("/", "localhost:8080.evil.example", 421),
        ("/healthz", "10.0.0.7:8080", 204),
    ] {
        let mut request = client.request(Method::GET, path);
        request
            .headers_mut()
            .insert(header::HOST, host.parse().unwrap());
        assert_eq!(front.send(request).await.status, status, "{path} {host}");
    }
}

#[tokio::test]
async fn a_write_by_cookie_needs_its_token_and_our_own_origin() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let without = Client {
        csrf: String::new(),
        ..ada.clone()
    };
    let forged = Client {
        csrf: "forged".to_owned(),
        ..ada.clone()
    };
    for mut client in [without, forged] {
        let answer = client
            .post(&front, "/api/v1/sign-in-links", &json!({}))
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (403, "web.csrf")
        );
        let detail = answer.json()["detail"].to_string();
        assert!(detail.contains("X-CSRF-Token"), "{detail}");
    }
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "http://localhost:8081"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let mut request = ada.request(Method::POST, "/api/v1/sign-in-links");
        request.headers_mut().insert(name, value.parse().unwrap());
        let answer = ada.send(&front, request).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (403, "web.cross_site")
        );
    }
    let mut request = ada.request(Method::POST, "/api/v1/sign-in-links");
    request
        .headers_mut()
        .insert("origin", ORIGIN.parse().unwrap());
    request
        .headers_mut()
        .insert("sec-fetch-site", "same-origin".parse().unwrap());
    assert_eq!(ada.send(&front, request).await.status, 201);
}

#[tokio::test]
async fn every_write_refuses_another_site_but_the_relay_of_saml() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let mut relays = Vec::new();
    for route in web::routes() {
        if route.method.is_safe() {
            continue;
        }
        if route.is_relay {
            relays.push(route.path);
            continue;
        }
        let path: Vec<&str> = route
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { "x" } else { part })
            .collect();
        let path = path.join("/");
        let mut request = ada.request(route.method, &path);
        let evil = "https://evil.example".parse().unwrap();
        request.headers_mut().insert(header::ORIGIN, evil);
        let answer = ada.send(&front, request).await;
        assert_eq!(answer.status, 403, "{path}: {}", answer.text);
        // A directory is answered in the words of its protocol, which has no code of ours.
        let said = answer.text.contains("web.cross_site") || path.starts_with("/scim/");
        assert!(said, "{path}: {}", answer.text);
    }
    assert_eq!(relays, ["/sign-in/sso/{provider}/acs"]);
}

#[tokio::test]
async fn another_persons_token_does_not_hold() {
    let front = front().await;
    let ada = front.owner("ada").await;
    let bo = front.owner("bo").await;
    let mut mixed = Client {
        csrf: bo.csrf,
        ..ada
    };
    let answer = mixed
        .post(&front, "/api/v1/sign-in-links", &json!({}))
        .await;
    assert_eq!(answer.code(), "web.csrf");
}

#[tokio::test]
async fn methods_and_paths_that_are_not_there_say_so() {
    let front = front().await;
    let mut client = Client::default();
    let answer = client.delete(&front, "/api/v1/me").await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (405, "web.method_not_allowed")
    );
    assert_eq!(answer.header("allow"), "GET,HEAD");
    let answer = client.get(&front, "/api/v1/nothing").await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (404, "web.not_found")
    );
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let answer = client.get(&front, "/nothing").await;
    assert_eq!(answer.status, 404);
    assert!(answer.text.contains("There is nothing here"));
    let head = client.request(Method::HEAD, "/api/openapi.json");
    let answer = client.send(&front, head).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
}

#[tokio::test]
async fn a_made_up_id_answers_like_somebody_elses() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let mut bo = front.owner("bo").await;
    let hers = ada.get(&front, "/api/v1/sessions").await.json()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut answers = Vec::new();
    for id in [
        hers.as_str(),
        "ses_01jd6w3z9m4q8v7t2y5x0n1k3c",
        "usr_1",
        "nonsense",
    ] {
        let answer = bo.delete(&front, &format!("/api/v1/sessions/{id}")).await;
        let mut body = answer.json();
        body.as_object_mut().unwrap().remove("request_id");
        answers.push((answer.status.as_u16(), body));
    }
    assert_eq!(answers[0].0, 404);
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
}

#[tokio::test]
async fn a_body_that_is_too_large_or_ambiguous_is_refused() {
    let front = front().await;
    let mut client = Client::default();
    let send = async |client: &mut Client, kind: &str, body: String| {
        let mut request = client.request(Method::POST, "/api/v1/sessions");
        *request.body_mut() = Body::from(body);
        request
            .headers_mut()
            .insert(header::CONTENT_TYPE, kind.parse().unwrap());
        let answer = client.send(&front, request).await;
        (answer.status.as_u16(), answer.code())
    };
    let json = "application/json";
    let twice = r#"{"email":"a@example.com","email":"b@example.com","password":"x"}"#;
    let extra = r#"{"email":"a@example.com","password":"x","organisation_id":"org_1"}"#;
    for (kind, body, expected) in [
        (json, "x".repeat(1024 * 1024 + 1), (413, "web.too_large")),
        (json, twice.to_owned(), (400, "web.malformed_json")),
        (json, extra.to_owned(), (422, "web.invalid_body")),
        ("text/plain", extra.to_owned(), (415, "web.content_type")),
        ("", extra.to_owned(), (415, "web.content_type")),
    ] {
        let (status, code) = send(&mut client, kind, body).await;
        assert_eq!((status, code.as_str()), expected);
    }
}

#[tokio::test]
async fn a_request_that_names_two_hosts_is_refused() {
    let front = front().await;
    let mut request = Client::default().request(Method::GET, "/api/v1/trust");
    let other = "evil.example".parse().unwrap();
    request.headers_mut().append(header::HOST, other);
    let answer = front.send(request).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (400, "web.two_hosts")
    );
}
