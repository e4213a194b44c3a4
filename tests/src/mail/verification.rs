//! ID-01: an address is verified by a link in a mail, and before that there is little to do.

use demo::{Person, unused_address};
use reqwest::{Method, StatusCode};
use serde_json::json;
use testkit::app::TestApp;

use super::mailed;
use crate::eventually::eventually;
use crate::sql::fate;
use crate::world::{PASSWORD, bound, rows_with, signed_up};

async fn newcomer(app: &TestApp) -> (Person, String) {
    let email = unused_address();
    let person = Person::sign_up(&app.url, &email, PASSWORD).await.unwrap();
    (person, email)
}

async fn permissions(app: &TestApp, person: &Person) -> Vec<String> {
    let mut connection = bound(app, "countersign_front", person).await;
    sqlx::query_scalar("select unnest(ctx.permissions())")
        .fetch_all(&mut connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn before_the_address_is_verified_a_person_looks_around_and_after_it_does_everything() {
    let app = TestApp::start().await;
    let (person, email) = newcomer(&app).await;
    assert_eq!(
        permissions(&app, &person).await,
        ["insight.read", "people.read", "teams.read"]
    );
    let key = json!({ "name": "Mine", "scopes": ["insight.read"], "expires_in_days": 1 });
    let refused = person
        .send(Method::POST, "/api/v1/api-keys", Some(&key))
        .await;
    assert_eq!(refused.unwrap().status(), StatusCode::FORBIDDEN);
    let home = person.send(Method::GET, "/people", None).await.unwrap();
    let home = home.text().await.unwrap();
    assert!(
        home.contains("/verify-address/again") && home.contains(&email),
        "{home}"
    );
    person.confirm_address(&email).await.unwrap();
    // The same session, on its next request.
    let made = person
        .send(Method::POST, "/api/v1/api-keys", Some(&key))
        .await;
    assert_eq!(made.unwrap().status(), StatusCode::CREATED);
    let home = person.send(Method::GET, "/people", None).await.unwrap();
    assert!(!home.text().await.unwrap().contains("/verify-address/again"));
}

#[tokio::test]
async fn a_link_verifies_nobody_but_whom_it_was_made_for_and_once() {
    let app = TestApp::start().await;
    let (person, email) = newcomer(&app).await;
    let (stranger, _) = newcomer(&app).await;
    let token = mailed(&person, &email, "/verify-address?token=").await;
    let fields = [("token", token.as_str())];
    // Somebody else, signed in, with the link: another tenant.
    let refused = stranger.submit("/verify-address", &fields).await.unwrap();
    assert_eq!(refused.status(), StatusCode::GONE);
    assert_eq!(permissions(&app, &stranger).await.len(), 3);
    // Looking at it uses nothing up, and a stranger is not told whose it is.
    let seen = stranger
        .send(Method::GET, &format!("/verify-address?token={token}"), None)
        .await
        .unwrap();
    assert!(!seen.text().await.unwrap().contains(&email));
    for status in [StatusCode::SEE_OTHER, StatusCode::GONE] {
        let answer = person.submit("/verify-address", &fields).await.unwrap();
        assert_eq!(answer.status(), status);
    }
    assert!(permissions(&app, &person).await.len() > 10);
    assert_eq!(
        rows_with(&app, &token).await,
        Vec::<String>::new(),
        "the token is at rest"
    );
}

#[tokio::test]
async fn sending_it_again_makes_another_link_and_ends_the_one_before() {
    let app = TestApp::start().await;
    let (person, email) = newcomer(&app).await;
    let first = mailed(&person, &email, "/verify-address?token=").await;
    // A moment later is too soon.
    person.submit("/verify-address/again", &[]).await.unwrap();
    let page = person.send(Method::GET, "/people", None).await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    let fate = |statement: &'static str| crate::sql::fate(&app, statement);
    fate("update mail.outbox set queued_at = now() - interval '2 minutes'").await;
    person.submit("/verify-address/again", &[]).await.unwrap();
    let second = eventually("another mail comes", async || {
        let newest = mailed(&person, &email, "/verify-address?token=").await;
        (newest != first).then_some(newest)
    })
    .await;
    let old = person
        .submit("/verify-address", &[("token", &first)])
        .await
        .unwrap();
    assert_eq!(old.status(), StatusCode::GONE);
    let new = person
        .submit("/verify-address", &[("token", &second)])
        .await
        .unwrap();
    assert_eq!(new.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_link_that_is_too_old_opens_nothing() {
    let app = TestApp::start().await;
    let (person, email) = newcomer(&app).await;
    let token = mailed(&person, &email, "/verify-address?token=").await;
    fate(&app, "update identity.links set created_at = created_at - interval '4 days', expires_at = expires_at - interval '4 days'").await;
    let answer = person
        .submit("/verify-address", &[("token", &token)])
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::GONE);
}

#[tokio::test]
async fn one_mailbox_is_one_account_however_its_domain_is_written() {
    let app = TestApp::start().await;
    let person = Person::sign_up(&app.url, "ada@b\u{fc}cher.example", PASSWORD)
        .await
        .unwrap();
    let again = Person::sign_in(&app.url, "Ada@xn--bcher-kva.example", PASSWORD)
        .await
        .unwrap();
    assert_eq!(person.me["user"], again.me["user"]);
    person
        .confirm_address("ada@xn--bcher-kva.example")
        .await
        .unwrap();
}

#[tokio::test]
async fn without_mail_the_page_says_so_and_the_operator_can_vouch() {
    let options = testkit::app::Options {
        mail: Some(mail::Way::Off),
        ..testkit::app::Options::default()
    };
    let app = TestApp::start_with(options).await;
    let (person, email) = newcomer(&app).await;
    let page = person
        .send(Method::GET, "/people", None)
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("this server sends no mail"), "{page}");
    let mailbox = person
        .send(Method::GET, "/dev/mailbox", None)
        .await
        .unwrap();
    assert_eq!(mailbox.status(), StatusCode::NOT_FOUND);
    testkit::app::vouch(&app.database, &email).await;
    assert!(permissions(&app, &person).await.len() > 10);
    let admin = signed_up(&app).await;
    let page = admin
        .send(Method::GET, "/settings/mail", None)
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("This server sends no mail"), "{page}");
}
