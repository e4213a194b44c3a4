//! ID-01: a password is reset by a link that works once.

use std::time::{Duration, Instant};

use demo::{Person, unused_address};
use futures_util::future::{join, join_all};
use reqwest::{Method, StatusCode};
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _};
use testkit::app::TestApp;

use super::mailed;
use crate::sql::{count_try, fate, refusal, waits};
use crate::visitor::{Shown, Visitor};
use crate::world::{PASSWORD, rows_with};

const NEW: &str = "purple elevators never whistle";
const ASK: &str = "/forgot-password";

async fn person(app: &TestApp) -> (Person, String) {
    let email = unused_address();
    let person = Person::sign_up(&app.url, &email, PASSWORD).await.unwrap();
    (person, email)
}

async fn ask(visitor: &mut Visitor, email: &str) -> Shown {
    visitor.post(ASK, ASK, &[("email", email)]).await
}

/// Asks for a link, and reads it in the mailbox.
async fn link(app: &TestApp, person: &Person, email: &str) -> String {
    let asked = ask(&mut Visitor::new(&app.url), email).await;
    assert_eq!(asked.status, StatusCode::OK);
    mailed(person, email, "/reset-password?token=").await
}

async fn reset(app: &TestApp, token: &str, password: &str) -> StatusCode {
    let fields = [("token", token), ("password", password)];
    let mut visitor = Visitor::new(&app.url);
    visitor.post(ASK, "/reset-password", &fields).await.status
}

#[tokio::test]
async fn a_link_sets_the_password_once_and_ends_every_session() {
    let app = TestApp::start().await;
    let (person, email) = person(&app).await;
    let token = link(&app, &person, &email).await;
    let mut visitor = Visitor::new(&app.url);
    let page = visitor.get(&format!("/reset-password?token={token}")).await;
    assert!(
        page.status == StatusCode::OK && page.text.contains(&email),
        "{}",
        page.text
    );
    // What is refused uses nothing up.
    assert_eq!(
        reset(&app, &token, "short").await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        reset(&app, &token, &email).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(reset(&app, &token, NEW).await, StatusCode::SEE_OTHER);
    assert_eq!(reset(&app, &token, PASSWORD).await, StatusCode::GONE);
    let ended = person.send(Method::GET, "/api/v1/me", None).await.unwrap();
    assert_eq!(ended.status(), StatusCode::UNAUTHORIZED);
    assert!(Person::sign_in(&app.url, &email, PASSWORD).await.is_err());
    let again = Person::sign_in(&app.url, &email, NEW).await.unwrap();
    // Whoever has the link has the mailbox.
    let page = again.send(Method::GET, "/people", None).await.unwrap();
    assert!(!page.text().await.unwrap().contains("/verify-address/again"));
    // And its owner is told.
    again.mailed_link(&email, "/forgot-password").await.unwrap();
    assert_eq!(
        rows_with(&app, &token).await,
        Vec::<String>::new(),
        "the token is at rest"
    );
}

#[tokio::test]
async fn a_changed_password_ends_other_links_and_other_sessions() {
    let app = TestApp::start().await;
    let (person, email) = person(&app).await;
    let other = Person::sign_in(&app.url, &email, PASSWORD).await.unwrap();
    let token = link(&app, &person, &email).await;
    let wrong = [("current", "not my password at all"), ("password", NEW)];
    let refused = person.submit("/profile/password", &wrong).await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused
            .text()
            .await
            .unwrap()
            .contains("not your current password")
    );
    let right = [("current", PASSWORD), ("password", NEW)];
    let changed = person.submit("/profile/password", &right).await.unwrap();
    assert_eq!(changed.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        reset(&app, &token, "another one of many words").await,
        StatusCode::GONE
    );
    let own = person.send(Method::GET, "/api/v1/me", None).await.unwrap();
    assert_eq!(
        own.status(),
        StatusCode::OK,
        "the session that changed it stays"
    );
    let other = other.send(Method::GET, "/api/v1/me", None).await.unwrap();
    assert_eq!(other.status(), StatusCode::UNAUTHORIZED);
    Person::sign_in(&app.url, &email, NEW).await.unwrap();
}

#[tokio::test]
async fn of_ten_uses_at_once_one_wins() {
    let app = TestApp::start().await;
    let (person, email) = person(&app).await;
    let token = link(&app, &person, &email).await;
    let tries = (0..10).map(|n| {
        let (app, token) = (&app, &token);
        async move { reset(app, token, &format!("{NEW} {n}")).await }
    });
    let won = join_all(tries)
        .await
        .into_iter()
        .filter(|status| *status == StatusCode::SEE_OTHER);
    assert_eq!(won.count(), 1);
}

/// A reset while somebody who has the password, or an older link, and the web process's login signs in: what
/// becomes of the session that they began before, and end the transaction of after.
async fn session_in_flight(way_in: impl Fn(&str) -> String) -> String {
    let app = TestApp::start().await;
    let (person, email) = person(&app).await;
    let known = "update identity.users set password_verifier = sha256(sha256('old'))";
    assert_eq!(fate(&app, known).await, 1);
    let link_made = "insert into identity.links (org_id, kind, user_id, token_hash, expires_at)
                     select org_id, 'sign_in', user_id, sha256('link'), now() + interval '5 minutes'
                       from identity.memberships";
    assert_eq!(fate(&app, link_made).await, 1);
    let token = link(&app, &person, &email).await;
    let login = app.login("countersign_front");
    let mut thief = PgConnection::connect_with(&login).await.unwrap();
    let id = "00000000-0000-7000-8000-000000000001";
    count_try(&mut thief, (&email, "old"), id).await;
    let session =
        &format!("row('{id}', sha256('thief'), '', '', sha256('d'), 3600)::identity.new_session");
    let begun = format!("begin; {}", way_in(&email).replace("SESSION", session));
    assert_eq!(refusal(&mut thief, &begun).await, "done", "{begun}");
    let commits = async {
        waits(&app).await;
        thief.execute("commit").await.unwrap();
    };
    let (reset, ()) = join(reset(&app, &token, NEW), commits).await;
    assert_eq!(reset, StatusCode::SEE_OTHER);
    refusal(
        &mut thief,
        "begin; select ctx.bind_session(sha256('thief'))",
    )
    .await
}

#[tokio::test]
async fn a_session_that_begins_while_the_password_is_reset_ends_with_it() {
    let by_password = |email: &str| {
        format!("select * from identity.sign_in('{email}', sha256('old'), SESSION, true)")
    };
    assert_eq!(session_in_flight(by_password).await, "CS001");
    let by_link =
        |_: &str| "select * from identity.use_sign_in_link(sha256('link'), SESSION)".to_owned();
    assert_eq!(session_in_flight(by_link).await, "CS001");
}

#[tokio::test]
async fn asking_says_nothing_about_who_has_an_account() {
    let app = TestApp::start().await;
    let (_, known) = person(&app).await;
    let unknown = unused_address();
    let mut took = [Vec::new(), Vec::new()];
    for _ in 0..5 {
        for (at, email) in [&known, &unknown].into_iter().enumerate() {
            let mut visitor = Visitor::new(&app.url);
            visitor.get("/forgot-password").await;
            let since = Instant::now();
            let answer = ask(&mut visitor, email).await;
            took[at].push(since.elapsed());
            assert_eq!(answer.status, StatusCode::OK);
            let said = answer.text.replace(email.as_str(), "ADDRESS");
            assert!(
                said.contains("If <strong>ADDRESS</strong> has an account"),
                "{said}"
            );
        }
    }
    let [known, unknown] = took.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    });
    assert!(
        known.abs_diff(unknown) < Duration::from_millis(40),
        "{known:?} and {unknown:?}"
    );
    assert!(unknown > Duration::from_millis(300));
}

#[tokio::test]
async fn nobody_is_flooded_with_links() {
    let app = TestApp::start().await;
    let (_, email) = person(&app).await;
    let mut refused = 0;
    for _ in 0..12 {
        let asked = ask(&mut Visitor::new(&app.url), &email).await;
        refused += u32::from(asked.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(refused > 0);
    let sent = fate(
        &app,
        "update mail.outbox set data = data where template = 'reset_password'",
    )
    .await;
    assert_eq!(sent, 5, "more than five in an hour");
}

#[tokio::test]
async fn a_link_leads_to_this_server_whatever_the_request_calls_it() {
    let app = TestApp::start().await;
    let (person, email) = person(&app).await;
    let mut visitor = Visitor::new(&app.url);
    visitor.get("/forgot-password").await;
    visitor.host = Some("evil.example");
    let asked = ask(&mut visitor, &email).await;
    assert_eq!(asked.status, StatusCode::MISDIRECTED_REQUEST);
    // Asked properly, the mail names the server's own address; a foreign one would be no link here.
    let token = link(&app, &person, &email).await;
    let mailbox = person
        .send(Method::GET, "/dev/mailbox", None)
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(mailbox.contains(&format!("href=\"/reset-password?token={token}\"")));
    assert!(!mailbox.contains("evil.example"));
}

#[tokio::test]
async fn a_reset_gives_an_address_back_to_its_owner_whole() {
    let app = TestApp::start().await;
    let email = unused_address();
    // Somebody signs up under an address that is not theirs, asks to move to one that is, where one click of its
    // owner's on a link would do, and sets up a second factor.
    let squatter = Person::sign_up(&app.url, &email, PASSWORD).await.unwrap();
    let own = unused_address();
    let asked = squatter
        .submit("/profile/address", &[("new_email", &own)])
        .await;
    assert_eq!(asked.unwrap().status(), StatusCode::SEE_OTHER);
    let waits = "update identity.email_changes set new_email = new_email where ended_at is null";
    assert_eq!(fate(&app, waits).await, 1);
    let set_up = "insert into identity.authenticators (user_id, key_id, sealed, confirmed_at)
                  select u.id, k.id, 'x', now() from identity.users u, broker.server_keys k";
    assert_eq!(fate(&app, set_up).await, 1);
    let token = link(&app, &squatter, &email).await;
    assert_eq!(reset(&app, &token, NEW).await, StatusCode::SEE_OTHER);
    assert_eq!(
        fate(&app, waits).await,
        0,
        "a move that somebody else asked for"
    );
    // Its owner owes nothing that they never had.
    Person::sign_in(&app.url, &email, NEW).await.unwrap();
}
