//! An account at the API: another address, an export and a deletion, by its person's own session and nothing else.

use demo::{Person, unused_address};
use identity::PERSONAL;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::app::{Options, TestApp};

use super::alone::{removed, signed_in};
use crate::oauth::client::Client;
use crate::sql::fate;
use crate::visitor::Visitor;
use crate::world::{PASSWORD, signed_up};

const CHANGE: &str = "/api/v1/account/address-change";
const EXPORT: &str = "/api/v1/account/export";
const DELETE: &str = "/api/v1/account/delete";

async fn asked(
    person: &Person,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> (StatusCode, Value) {
    let answer = person.send(method, path, body).await.unwrap();
    let status = answer.status();
    (status, answer.json().await.unwrap_or_default())
}

#[tokio::test]
async fn a_change_of_address_is_asked_for_shown_and_taken_back() {
    let app = TestApp::start().await;
    let person = signed_up(&app).await;
    let email = person.me["email"].as_str().unwrap();
    for (typed, why) in [
        (email, "that is your address already"),
        ("nobody@controls.invalid", "nobody can have mail"),
        ("no address", ""),
    ] {
        let form = json!({ "new_email": typed });
        let (status, problem) = asked(&person, Method::POST, CHANGE, Some(&form)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        let said = problem["fields"]["new_email"].as_str().unwrap();
        assert!(said.contains(why), "{said}");
    }
    assert_eq!(
        asked(&person, Method::GET, CHANGE, None).await.0,
        StatusCode::NOT_FOUND
    );
    let form = json!({ "new_email": "Elsewhere@demo.example" });
    let (status, _) = asked(&person, Method::POST, CHANGE, Some(&form)).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let (_, change) = asked(&person, Method::GET, CHANGE, None).await;
    assert_eq!(
        (
            &change["new_email"],
            &change["new_agrees"],
            &change["present_agrees"]
        ),
        (
            &json!("elsewhere@demo.example"),
            &json!(false),
            &json!(false)
        )
    );
    let mails =
        "update mail.outbox set template = template where template like 'change\\_email\\_%'";
    assert_eq!(fate(&app, mails).await, 2);
    for expected in [StatusCode::NO_CONTENT, StatusCode::NOT_FOUND] {
        let empty = json!({});
        let (status, _) = asked(&person, Method::DELETE, CHANGE, Some(&empty)).await;
        assert_eq!(status, expected);
    }
}

#[tokio::test]
async fn an_export_is_the_one_of_the_page_and_nobody_keeps_it() {
    let app = TestApp::start().await;
    let person = signed_up(&app).await;
    let answer = person.send(Method::GET, EXPORT, None).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let document: Value = answer.json().await.unwrap();
    assert_eq!(document["account"]["email"], person.me["email"]);
    for part in PERSONAL.iter().filter_map(|personal| personal.part.ok()) {
        assert!(!document[part].is_null(), "{part}");
    }
}

#[tokio::test]
async fn an_account_is_deleted_by_its_address_unless_somebody_is_left_without_an_owner() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let bo = crate::access::colleague(&app, &owner, "ADMIN-80").await;
    let own = json!({ "email": owner.me["email"] });
    let (status, problem) = asked(&owner, Method::POST, DELETE, Some(&own)).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::CONFLICT, &json!("identity.last_owner"))
    );
    let (status, problem) = asked(&bo, Method::POST, DELETE, Some(&own)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["fields"]["email"], "that is not your address");
    let typed = json!({ "email": bo.me["email"] });
    let answer = bo.send(Method::POST, DELETE, Some(&typed)).await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let cleared = answer.headers().get_all("set-cookie").iter();
    let cleared: Vec<&str> = cleared.map(|set| set.to_str().unwrap()).collect();
    assert!(
        cleared
            .iter()
            .any(|set| set.contains("session=") && set.contains("Max-Age=0")),
        "{cleared:?}"
    );
    let (status, _) = asked(&bo, Method::GET, "/api/v1/me", None).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let shown = Visitor::new(&app.url)
        .sign_in(bo.me["email"].as_str().unwrap(), PASSWORD)
        .await;
    assert_eq!(shown.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn neither_an_old_proof_nor_a_key_nor_an_ai_client_is_enough() {
    let app = TestApp::start().await;
    let person = signed_up(&app).await;
    let key = json!({ "name": "Key", "scopes": ["insight.read"], "expires_in_days": 1 });
    let made = person.write(Method::POST, "/api/v1/api-keys", &key, StatusCode::CREATED);
    let made = made.await.unwrap();
    let client = Client::register(&app.url).await;
    let tokens = client.tokens(&person, &["insight.read"]).await;
    let bearers = [&made["key"], &tokens["access_token"]];
    let change = json!({ "new_email": unused_address() });
    let deletion = json!({ "email": person.me["email"] });
    let routes = [
        (Method::POST, CHANGE, Some(&change)),
        (Method::GET, CHANGE, None),
        (Method::DELETE, CHANGE, None),
        (Method::GET, EXPORT, None),
        (Method::POST, DELETE, Some(&deletion)),
    ];
    for bearer in bearers {
        for (method, path, body) in &routes {
            let url = format!("{}{path}", app.url);
            let request = client.http.request(method.clone(), url);
            let request = request.bearer_auth(bearer.as_str().unwrap());
            let answer = match body {
                Some(body) => request.json(body),
                None => request,
            };
            let answer = answer.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{method} {path}");
        }
    }
    fate(
        &app,
        "update identity.sessions set authenticated_at = now() - interval '11 minutes'",
    )
    .await;
    for (method, path, body) in &routes {
        let is_free = *path == CHANGE && *method != Method::POST;
        let (status, problem) = asked(&person, method.clone(), path, *body).await;
        let expected = if is_free {
            (StatusCode::NOT_FOUND, "web.not_found")
        } else {
            (StatusCode::FORBIDDEN, "identity.not_recent")
        };
        assert_eq!(
            (status, problem["code"].as_str().unwrap()),
            expected,
            "{method} {path}"
        );
    }
    let began = "update identity.email_changes set id = id";
    assert_eq!(fate(&app, began).await, 0);
}

#[tokio::test]
async fn somebody_in_no_organisation_does_all_of_it() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let (email, _) = removed(&app, &owner).await;
    let mut visitor = signed_in(&app, &email).await;
    let form = json!({ "new_email": unused_address() });
    let (status, problem) = visitor.api("/profile", (Method::POST, CHANGE), &form).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{problem}");
    assert_eq!(visitor.get(EXPORT).await.status, StatusCode::OK);
    let typed = json!({ "email": email });
    let (status, problem) = visitor
        .api("/profile", (Method::POST, DELETE), &typed)
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{problem}");
    let gone = visitor.get("/organisations").await;
    assert!(gone.location.starts_with("/sign-in"), "{}", gone.text);
}

#[tokio::test]
async fn a_change_of_address_is_refused_where_no_mail_leaves() {
    let app = TestApp::start_with(Options {
        mail: Some(mail::Way::Off),
        ..Options::default()
    })
    .await;
    let person = signed_up(&app).await;
    let form = json!({ "new_email": "elsewhere@demo.example" });
    let (status, problem) = asked(&person, Method::POST, CHANGE, Some(&form)).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::CONFLICT, &json!("identity.no_mail"))
    );
    let (status, _) = asked(&person, Method::GET, CHANGE, None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_takes_everything_along_over_and_over() {
    let app = TestApp::start().await;
    let (person, other) = (signed_up(&app).await, signed_up(&app).await);
    for _ in 0..5 {
        let (status, _) = asked(&person, Method::GET, EXPORT, None).await;
        assert_eq!(status, StatusCode::OK);
    }
    for path in [EXPORT, "/account/export"] {
        let answer = person.send(Method::GET, path, None).await.unwrap();
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS, "{path}");
        assert!(answer.headers().contains_key("retry-after"), "{path}");
    }
    let (status, _) = asked(&other, Method::GET, EXPORT, None).await;
    assert_eq!(status, StatusCode::OK);
}
