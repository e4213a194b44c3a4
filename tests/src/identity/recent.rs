//! ID-05: what lets somebody in beyond a session is for a person who has proven lately who it is.

use demo::{Person, unused_address};
use reqwest::{Method, Response, StatusCode};
use serde_json::json;
use testkit::app::TestApp;

use crate::oauth::client::Client;
use crate::sql::{fate, refusal};
use crate::world::{PASSWORD, bound, signed_up};

/// An owner whose last proof is older than it may be.
async fn stale(app: &TestApp) -> Person {
    let person = signed_up(app).await;
    fate(
        app,
        "update identity.sessions set authenticated_at = now() - interval '11 minutes'",
    )
    .await;
    person
}

fn sent_to(answer: &Response) -> &str {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    answer.headers()["location"].to_str().unwrap()
}

#[tokio::test]
async fn pages_ask_for_it_and_come_back() {
    let app = TestApp::start().await;
    let person = stale(&app).await;
    let own = person.me["user"].as_str().unwrap();
    let email = unused_address();
    let invited = [("email", email.as_str()), ("standing", "ADMIN-80")];
    for (path, form) in [
        ("/people/invitations", &invited[..]),
        (
            &*format!("/people/{own}/standing"),
            &[("standing", "ADMIN-80")],
        ),
        (&*format!("/people/{own}/remove"), &[]),
    ] {
        let answer = person.submit_from("/people", path, form).await.unwrap();
        assert_eq!(sent_to(&answer), "/prove?next=%2Fpeople", "{path}");
    }
    let invitations = fate(&app, "update identity.invitations set role = role").await;
    assert_eq!(invitations, 0);
    // A page elsewhere is not where anybody comes back to.
    let answer = person
        .submit_from(
            "https://elsewhere.example/people",
            "/people/invitations",
            &invited,
        )
        .await
        .unwrap();
    assert_eq!(sent_to(&answer), "/prove");
    let right = [("password", PASSWORD), ("next", "/people")];
    let proved = person.submit("/prove", &right).await.unwrap();
    assert_eq!(sent_to(&proved), "/people");
    let answer = person.submit("/people/invitations", &invited).await;
    assert_eq!(sent_to(&answer.unwrap()), "/people");
}

#[tokio::test]
async fn consent_asks_for_it() {
    let app = TestApp::start().await;
    let person = stale(&app).await;
    let client = Client::register(&app.url).await;
    let asked = client.ask(&person, &[]).await;
    let door = sent_to(&asked);
    assert!(
        door.starts_with("/prove?next=%2Foauth%2Fauthorize%3F"),
        "{door}"
    );
    let allowed = client
        .answer(&person, &[], ("allow", &["insight.read"]))
        .await;
    assert!(sent_to(&allowed).starts_with("/prove"));
    let device = client.start_device("insight.read").await;
    let code = device["user_code"].as_str().unwrap();
    let form = [
        ("user_code", code),
        ("decision", "allow"),
        ("granted", "insight.read"),
    ];
    let allowed = person.submit("/device", &form).await.unwrap();
    assert!(sent_to(&allowed).starts_with("/prove"));
    // To refuse needs no proof.
    let denied = person
        .submit("/device", &[("user_code", code), ("decision", "deny")])
        .await
        .unwrap();
    assert_eq!(denied.status(), StatusCode::OK);
    let codes = fate(&app, "update oauth.codes set scopes = scopes").await;
    assert_eq!(codes, 0);
}

#[tokio::test]
async fn a_sign_in_link_asks_for_it() {
    let app = TestApp::start().await;
    let person = stale(&app).await;
    let made = person
        .send(Method::POST, "/api/v1/sign-in-links", Some(&json!({})))
        .await
        .unwrap();
    assert_eq!(made.status(), StatusCode::FORBIDDEN);
    let problem: serde_json::Value = made.json().await.unwrap();
    assert_eq!(problem["code"], "identity.not_recent");
}

#[tokio::test]
async fn a_stolen_login_of_the_web_process_cannot_do_without_it() {
    let app = TestApp::start().await;
    let person = stale(&app).await;
    let client = Client::register(&app.url).await;
    let device = client.start_device("insight.read").await;
    let typed = device["user_code"].as_str().unwrap().replace('-', "");
    let id = &client.id;
    for (statement, expected) in [
        (
            "insert into identity.links (org_id, kind, user_id, token_hash, expires_at)
             values (ctx.org(), 'sign_in', ctx.person(), sha256('x'), now() + interval '1 minute')"
                .to_owned(),
            "42501",
        ),
        (
            format!(
                "insert into oauth.codes (org_id, user_id, code_hash, client_id, redirect_uri, challenge, scopes,
                                          resource, expires_at)
                 values (ctx.org(), ctx.person(), sha256('x'), '{id}', 'http://127.0.0.1/callback',
                         sha256('x'), '{{insight.read}}', '{}/api', now() + interval '30 seconds')",
                app.url
            ),
            "42501",
        ),
        (
            format!("select oauth.decide_device(sha256('{typed}'), true, '{{insight.read}}')"),
            "CS008",
        ),
        (
            "select identity.invite(gen_random_uuid(), 'stranger@example.com', 'ADMIN', 80, null)"
                .to_owned(),
            "CS008",
        ),
        (
            "select identity.change_member(ctx.person(), 'ADMIN', 80, null)".to_owned(),
            "CS008",
        ),
        (
            "select identity.remove_member(ctx.person())".to_owned(),
            "CS008",
        ),
        (
            "select access.make_role(gen_random_uuid(), 'Reader', 20, '{insight.read}')".to_owned(),
            "CS008",
        ),
    ] {
        let mut thief = bound(&app, "countersign_front", &person).await;
        assert_eq!(refusal(&mut thief, &statement).await, expected, "{statement}");
    }
}
