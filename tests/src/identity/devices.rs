//! ID-04, ID-06: what a person is told by mail that they did not do themselves.

use demo::{Person, unused_address};
use reqwest::StatusCode;
use testkit::app::TestApp;

use super::second_factor::enrolled;
use crate::eventually::eventually;
use crate::oauth::client::{Client, text};
use crate::sql::fate;
use crate::visitor::Visitor;
use crate::world::{PASSWORD, signed_up};

const FIREFOX: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";

async fn told(app: &TestApp, template: &str) -> u64 {
    let touch = format!("update mail.outbox set data = data where template = '{template}'");
    fate(app, &touch).await
}

/// The mailbox, as soon as a mail of that subject is in it.
async fn mailed(browser: &mut Visitor, subject: &str) -> String {
    eventually(&format!("a mail says {subject}"), async || {
        let mailbox = browser.get("/dev/mailbox").await.text;
        mailbox.contains(subject).then_some(mailbox)
    })
    .await
}

#[tokio::test]
async fn a_sign_in_from_a_new_device_is_told_once() {
    let app = TestApp::start().await;
    let email = unused_address();
    Person::sign_up(&app.url, &email, PASSWORD).await.unwrap();
    let mut known = Visitor::new(&app.url);
    known.agent = FIREFOX;
    known.sign_in(&email, PASSWORD).await;
    assert_eq!(told(&app, "new_device").await, 1);
    let mailbox = mailed(&mut known, "from a new device").await;
    for said in ["with Firefox on Windows", "from the address 127.0.0.1"] {
        assert!(mailbox.contains(said), "{said}: {mailbox}");
    }
    // The same browser again, from wherever.
    known.forget("session");
    known.sign_in(&email, PASSWORD).await;
    assert_eq!(told(&app, "new_device").await, 1);
    // A device that we did not sign is none.
    known.forget("session");
    known.forget("device");
    known.forge("device", "0123456789abcdef0123456789abcdef.forged");
    known.sign_in(&email, PASSWORD).await;
    assert_eq!(told(&app, "new_device").await, 2);
}

#[tokio::test]
async fn a_replayed_token_is_told_to_the_person() {
    let app = TestApp::start().await;
    let person = signed_up(&app).await;
    let client = Client::register(&app.url).await;
    let first = client.tokens(&person, &["insight.read"]).await;
    let stolen = text(&first, "refresh_token");
    client.refresh(stolen).await;
    fate(
        &app,
        "update oauth.refresh_tokens set rotated_at = rotated_at - interval '11 seconds'",
    )
    .await;
    client.refresh(stolen).await;
    assert_eq!(told(&app, "client_ended").await, 1);
    let mut anybody = Visitor::new(&app.url);
    mailed(&mut anybody, "An AI client lost its access").await;
}

#[tokio::test]
async fn a_change_of_the_ways_in_is_told() {
    let app = TestApp::start().await;
    let mut person = enrolled(&app).await.visitor;
    assert_eq!(told(&app, "ways_in_changed").await, 1);
    mailed(&mut person, "An authenticator app was added").await;
    person
        .post("/security", "/security/recovery-codes", &[])
        .await;
    mailed(&mut person, "There are new recovery codes").await;
    person
        .post("/security", "/security/authenticator/remove", &[])
        .await;
    mailed(&mut person, "The authenticator app was removed").await;
}

#[tokio::test]
async fn a_new_password_makes_every_browser_new_but_the_one_that_set_it() {
    let app = TestApp::start().await;
    let email = unused_address();
    let mut thief = Visitor::sign_up(&app, &email, PASSWORD).await;
    let mut owner = Visitor::new(&app.url);
    owner.agent = FIREFOX;
    owner.sign_in(&email, PASSWORD).await;
    assert_eq!(told(&app, "new_device").await, 1);
    let new = "purple elevators never whistle";
    let form = [("current", PASSWORD), ("password", new)];
    let changed = owner.post("/profile", "/profile/password", &form).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text);
    // Where it was set nothing is told, and where a thief was, it is.
    owner.forget("session");
    owner.sign_in(&email, new).await;
    assert_eq!(told(&app, "new_device").await, 1);
    thief.forget("session");
    thief.sign_in(&email, new).await;
    assert_eq!(told(&app, "new_device").await, 2);
}
