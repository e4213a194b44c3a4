//! A person in no organisation looks after their account: their sessions, second factors, password and address.
//! Nothing of anybody else's is within reach from there.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use testkit::app::TestApp;

use super::alone::{removed, signed_in};
use super::second_factor::{code, key_on, recovery_on};
use crate::sql::{fate, refusal};
use crate::visitor::Visitor;
use crate::world::{PASSWORD, bound, signed_up};

async fn listed(visitor: &mut Visitor) -> Vec<Value> {
    let shown = visitor.get("/api/v1/sessions").await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    serde_json::from_str(&shown.text).unwrap()
}

#[tokio::test]
async fn they_see_and_end_their_sessions() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let (email, _) = removed(&app, &owner).await;
    let mut here = signed_in(&app, &email).await;
    let mut there = signed_in(&app, &email).await;
    let page = here.get("/sessions").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.text.matches("action=\"/sessions/ses_").count(), 2);
    assert_eq!(listed(&mut there).await.len(), 2);
    let ended = here.post("/sessions", "/sessions/end-others", &[]).await;
    assert_eq!(ended.location, "/sessions", "{}", ended.text);
    let gone = there.get("/sessions").await;
    assert!(gone.location.starts_with("/sign-in"), "{}", gone.text);
    let [own] = &listed(&mut here).await[..] else {
        panic!("one session is left");
    };
    let path = format!("/api/v1/sessions/{}", own["id"].as_str().unwrap());
    let (status, _) = here
        .api("/sessions", (Method::DELETE, &path), &json!({}))
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert!(here.get("/sessions").await.location.starts_with("/sign-in"));
}

#[tokio::test]
async fn they_set_up_an_authenticator_and_prove_by_it() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let (email, _) = removed(&app, &owner).await;
    let mut visitor = signed_in(&app, &email).await;
    let begin = visitor.post("/security", "/security/authenticator", &[]);
    let key = key_on(&begin.await.text);
    let typed = code(&key, "now");
    let confirm = "/security/authenticator/confirm";
    let first = visitor
        .post("/security", confirm, &[("code", &typed)])
        .await;
    let codes = recovery_on(&first.text);
    let anew = visitor
        .post("/security", "/security/recovery-codes", &[])
        .await;
    let newer = recovery_on(&anew.text);
    assert_ne!(codes, newer);
    fate(
        &app,
        "update identity.sessions set second_factor_at = now() - interval '11 minutes'",
    )
    .await;
    let remove = "/security/authenticator/remove";
    let stale = visitor.post("/security", remove, &[]).await;
    assert!(stale.location.starts_with("/prove"), "{}", stale.text);
    let by_password = [("password", PASSWORD), ("next", "/security")];
    let refused = visitor.post("/prove", "/prove", &by_password).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    let by_old = [("code", codes[0].as_str()), ("next", "/security")];
    let refused = visitor.post("/prove", "/prove", &by_old).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let by_code = [("code", newer[0].as_str()), ("next", "/security")];
    let proved = visitor.post("/prove", "/prove", &by_code).await;
    assert_eq!(proved.location, "/security", "{}", proved.text);
    let removed = visitor.post("/security", remove, &[]).await;
    assert_eq!(removed.location, "/security", "{}", removed.text);
    let left = "update identity.recovery_codes set user_id = user_id";
    assert_eq!(fate(&app, left).await, 0);
}

#[tokio::test]
async fn they_change_their_password_and_ask_for_another_address() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let (email, _) = removed(&app, &owner).await;
    let mut visitor = signed_in(&app, &email).await;
    let new = "another horse battery staple";
    let wrong = [("current", "wrong password"), ("password", new)];
    let change = "/profile/password";
    let refused = visitor.post("/profile", change, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let right = [("current", PASSWORD), ("password", new)];
    let changed = visitor.post("/profile", change, &right).await;
    assert_eq!(changed.location, "/profile", "{}", changed.text);
    signed_in_by(&app, &email, new).await;
    let address = [("new_email", "elsewhere@demo.example")];
    let asked = visitor.post("/profile", "/profile/address", &address).await;
    assert_eq!(asked.location, "/profile", "{}", asked.text);
    let page = visitor.get("/profile").await.text;
    assert!(page.contains("elsewhere@demo.example"), "{page}");
    let taken_back = visitor
        .post("/profile", "/profile/address/cancel", &[])
        .await;
    assert_eq!(taken_back.location, "/profile");
    let open = "update identity.email_changes set id = id where ended_at is null";
    assert_eq!(fate(&app, open).await, 0);
}

async fn signed_in_by(app: &TestApp, email: &str, password: &str) {
    let shown = Visitor::new(&app.url).sign_in(email, password).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
}

#[tokio::test]
async fn they_confirm_their_address() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let (email, _) = removed(&app, &owner).await;
    let forgotten =
        format!("update identity.users set email_verified_at = null where email = '{email}'");
    assert_eq!(fate(&app, &forgotten).await, 1);
    let mut visitor = signed_in(&app, &email).await;
    visitor
        .post("/organisations", "/verify-address/again", &[])
        .await;
    let token = crate::mail::mailed(&owner, &email, "/verify-address?token=").await;
    let link = format!("/verify-address?token={token}");
    let confirmed = visitor
        .post(&link, "/verify-address", &[("token", &token)])
        .await;
    assert_eq!(
        confirmed.status,
        StatusCode::SEE_OTHER,
        "{}",
        confirmed.text
    );
    let verified = format!(
        "update identity.users set name = name where email = '{email}' and email_verified_at is not null"
    );
    assert_eq!(fate(&app, &verified).await, 1);
}

#[tokio::test]
async fn they_reach_nothing_of_anybody_elses() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let (email, _) = removed(&app, &owner).await;
    let mut visitor = signed_in(&app, &email).await;
    let theirs = owner.get("/api/v1/sessions").await.unwrap();
    let theirs = theirs[0]["id"].as_str().unwrap().to_owned();
    assert!(!visitor.get("/sessions").await.text.contains(&theirs));
    let path = format!("/api/v1/sessions/{theirs}");
    let (status, _) = visitor
        .api("/sessions", (Method::DELETE, &path), &json!({}))
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let path = format!("/sessions/{theirs}/end");
    let refused = visitor.post("/sessions", &path, &[]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let passkey = "select identity.add_passkey(gen_random_uuid(), sha256('p'), '', 'Theirs', '{}', 0, false, false); commit";
    let mut broker = bound(&app, "countersign_broker", &owner).await;
    broker.execute(passkey).await.unwrap();
    // As the web process's login, with the session bound in the one way that works.
    let mut front = PgConnection::connect_with(&app.login("countersign_front"))
        .await
        .unwrap();
    let hash = visitor.session_hash();
    let bind = format!("begin; select ctx.bind_lone_session('\\x{hash}')");
    front.execute(AssertSqlSafe(bind)).await.unwrap();
    let seen: i64 = sqlx::query_scalar("select count(*) from identity.own_sessions()")
        .fetch_one(&mut front)
        .await
        .unwrap();
    assert_eq!(seen, 1);
    let passkeys: i64 = sqlx::query_scalar("select count(*) from identity.passkeys")
        .fetch_one(&mut front)
        .await
        .unwrap();
    assert_eq!(passkeys, 0);
    for (what, code) in [
        ("select from identity.sessions", "42501"),
        ("update identity.sessions set ended_at = now()", "42501"),
        ("select identity.require_second_factor(true)", "42501"),
        ("select identity.leave_organisation()", "42501"),
    ] {
        front.execute("savepoint one").await.unwrap();
        assert_eq!(refusal(&mut front, what).await, code, "{what}");
        front.execute("rollback to one").await.unwrap();
    }
    // Nobody bound sees nobody's.
    front.execute("rollback; begin").await.unwrap();
    let nobodys = "select count(*) from identity.own_sessions()";
    assert_eq!(refusal(&mut front, nobodys).await, "42501");
    assert!(owner.get("/api/v1/me").await.is_ok());
}
