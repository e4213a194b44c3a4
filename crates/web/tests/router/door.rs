//! Signing up, in and out.

use serde_json::json;
use web::{Rule, Throttles};

use crate::support::{Client, front, front_with};

#[tokio::test]
async fn a_taken_address_is_answered_like_a_free_one() {
    let front = front().await;
    let mut client = Client::default();
    let form = json!({
        "email": "ada@example.com", "name": "Ada", "organisation": "Works",
        "password": "correct horse battery staple",
    });
    let first = client.post(&front, "/api/v1/sign-up", &form).await;
    let second = client.post(&front, "/api/v1/sign-up", &form).await;
    assert_eq!((first.status, &first.text), (second.status, &second.text));
    assert_eq!(first.status, 202);
}

#[tokio::test]
async fn a_session_opens_what_its_person_may_and_ends_at_once() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let me = ada.get(&front, "/api/v1/me").await.json();
    assert_eq!(
        (me["role"].as_str(), me["credential"].as_str()),
        (Some("OWNER"), Some("session"))
    );
    assert!(
        me["permissions"]
            .as_array()
            .unwrap()
            .contains(&json!("approvals.decide"))
    );
    let sessions = ada.get(&front, "/api/v1/sessions").await.json();
    assert_eq!(sessions[0]["address"], "192.0.2.7");
    assert_eq!(sessions[0]["current"], true);
    let mut stolen = ada.clone();
    let path = format!("/api/v1/sessions/{}", sessions[0]["id"].as_str().unwrap());
    assert_eq!(ada.delete(&front, &path).await.status, 204);
    assert!(!ada.cookies.iter().any(|(name, _)| name == "session"));
    let refused = stolen.get(&front, "/api/v1/me").await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (401, "identity.signed_out")
    );
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_answer_alike() {
    let front = front().await;
    front.owner("ada").await;
    let mut client = Client::default();
    let mut answers = Vec::new();
    for email in ["ada@example.com", "nobody@example.com", "not an address"] {
        let form = json!({ "email": email, "password": "wrong wrong wrong" });
        let answer = client.post(&front, "/api/v1/sessions", &form).await;
        let mut body = answer.json();
        body.as_object_mut().unwrap().remove("request_id");
        answers.push((answer.status, body));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    assert_eq!(answers[0].1["code"], "identity.wrong_password");
}

#[tokio::test]
async fn guessing_is_told_to_wait_longer_each_time() {
    let rule = Rule {
        free: 2,
        ..Rule::BY_ACCOUNT
    };
    let front = front_with(Throttles::new(Rule::NONE, rule, Rule::NONE)).await;
    let mut client = Client::default();
    let form = json!({ "email": "ada@example.com", "password": "wrong wrong wrong" });
    for _ in 0..2 {
        assert_eq!(
            client.post(&front, "/api/v1/sessions", &form).await.status,
            401
        );
    }
    let refused = client.post(&front, "/api/v1/sessions", &form).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (429, "identity.too_many_tries")
    );
    assert_eq!(refused.header("retry-after"), "1");
}

#[tokio::test]
async fn a_link_can_be_made_by_a_person_and_holds_no_more_than_a_way_in() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let made = ada.post(&front, "/api/v1/sign-in-links", &json!({})).await;
    assert_eq!(made.status, 201);
    assert!(
        made.json()["url"]
            .as_str()
            .unwrap()
            .starts_with("http://localhost:8080/sign-in/link?")
    );
}

#[tokio::test]
async fn people_of_another_organisation_are_not_there() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    front.owner("bo").await;
    let people = ada.get(&front, "/api/v1/people").await.json();
    let names: Vec<&str> = people
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["ada"]);
}

#[tokio::test]
async fn made_up_credentials_leave_no_broken_connection_behind() {
    let front = front().await;
    let mut ada = front.owner("ada").await;
    let key = crypto::token::generate(crypto::token::TokenKind::ApiKey, &kernel::SystemRng);
    let mut stranger = Client {
        key: Some(key.expose().clone()),
        ..Client::default()
    };
    for _ in 0..20 {
        assert_eq!(stranger.get(&front, "/api/v1/me").await.status, 401);
        assert_eq!(ada.get(&front, "/api/v1/me").await.status, 200);
    }
}
