//! ID-02, passkeys: a software authenticator at the API, SQL as the stolen login, and Chromium's own
//! authenticator at the pages.

mod alone;
mod answers;
mod browser;
mod factors;
mod soft;
mod stolen;

use demo::unused_address;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use testkit::app::{Options, TestApp};

use self::soft::Soft;
use crate::visitor::Visitor;
use crate::world::PASSWORD;

/// Browsers are told from each other; programs by what they call themselves.
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0.0.0 Safari/537.36";
const SIGN_IN: &str = "/api/v1/sessions/passkey";
const SECOND: &str = "/api/v1/sessions/second-factor/passkey";
const PROOF: &str = "/api/v1/sessions/proof/passkey";
const PASSKEYS: &str = "/api/v1/passkeys";

/// Somebody with a passkey, and what came with it.
struct Owner {
    email: String,
    visitor: Visitor,
    passkey: String,
    recovery: usize,
}

/// A server that is reached by a name.
async fn named() -> TestApp {
    TestApp::start_with(Options {
        named: true,
        ..Options::default()
    })
    .await
}

async fn owner(app: &TestApp, soft: &mut Soft) -> Owner {
    let email = unused_address();
    let mut visitor = Visitor::sign_up(app, &email, PASSWORD).await;
    let (status, added) = add(app, &mut visitor, soft).await;
    assert_eq!(status, StatusCode::CREATED, "{added}");
    Owner {
        email,
        visitor,
        passkey: added["id"].as_str().unwrap().to_owned(),
        recovery: added["recovery_codes"].as_array().unwrap().len(),
    }
}

/// Asks for options and sends what `soft` makes of them.
async fn add(app: &TestApp, visitor: &mut Visitor, soft: &mut Soft) -> (StatusCode, Value) {
    let options = ask(visitor, "/security", PASSKEYS).await;
    let credential = soft.make(&options, &soft.honest(&app.url));
    let body = json!({ "name": "Test key", "credential": credential });
    visitor
        .api("/security", (Method::POST, PASSKEYS), &body)
        .await
}

/// The question at a path, with the token of the page `on`.
async fn ask(visitor: &mut Visitor, on: &str, path: &str) -> Value {
    let path = format!("{path}/options");
    let (status, options) = visitor.api(on, (Method::POST, &path), &json!({})).await;
    assert_eq!(status, StatusCode::OK, "{path}: {options}");
    options
}

/// Signs in by the passkey alone, in a new browser.
async fn sign_in(app: &TestApp, soft: &mut Soft) -> (Visitor, StatusCode, Value) {
    let mut visitor = Visitor::new(&app.url);
    visitor.agent = BROWSER;
    let options = ask(&mut visitor, "/sign-in", SIGN_IN).await;
    let answer = soft.answer(&options, &soft.honest(&app.url));
    let (status, body) = send(&mut visitor, "/sign-in", SIGN_IN, &answer).await;
    (visitor, status, body)
}

async fn send(visitor: &mut Visitor, on: &str, path: &str, answer: &Value) -> (StatusCode, Value) {
    visitor.api(on, (Method::POST, path), answer).await
}

/// Somebody past the password, who owes the second factor.
async fn half(app: &TestApp, email: &str) -> Visitor {
    let mut visitor = Visitor::new(&app.url);
    visitor.sign_in(email, PASSWORD).await;
    let (_, problem) = visitor.me().await;
    assert_eq!(problem["code"], "identity.second_factor_due");
    visitor
}

async fn superuser(app: &TestApp) -> PgConnection {
    PgConnection::connect_with(&app.database.superuser_options())
        .await
        .unwrap()
}

/// The hand of fate.
async fn fate(app: &TestApp, statement: &str) {
    superuser(app)
        .await
        .execute(AssertSqlSafe(statement.to_owned()))
        .await
        .unwrap();
}

/// How often the audit log tells of an action.
async fn told(app: &TestApp, action: &str) -> i64 {
    sqlx::query_scalar(
        "select count(*) from audit.entries where action = $1 and org_id is not null",
    )
    .bind(action)
    .fetch_one(&mut superuser(app).await)
    .await
    .unwrap()
}
