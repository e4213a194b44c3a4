use std::process::Command;

use demo::unused_address;
use reqwest::StatusCode;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use testkit::app::TestApp;

use crate::sql::{fate, refusal};
use crate::visitor::{Visitor, between};
use crate::world::PASSWORD;

/// The code that the key's app shows, by OATH Toolkit: not our arithmetic.
pub(super) fn code(key: &str, moment: &str) -> String {
    let output = Command::new("oathtool")
        .args(["--totp", "--base32", "--now", moment, key])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub(super) struct Enrolled {
    email: String,
    pub(super) visitor: Visitor,
    key: String,
    recovery: Vec<String>,
}

/// Somebody with an authenticator, confirmed by the present code: the next one is free.
pub(super) async fn enrolled(app: &TestApp) -> Enrolled {
    let email = unused_address();
    let mut visitor = Visitor::sign_up(app, &email, PASSWORD).await;
    let page = visitor
        .post("/security", "/security/authenticator", &[])
        .await;
    let key = key_on(&page.text);
    let confirm = "/security/authenticator/confirm";
    let shown = visitor
        .post("/security", confirm, &[("code", &code(&key, "now"))])
        .await;
    Enrolled {
        email,
        visitor,
        key,
        recovery: recovery_on(&shown.text),
    }
}

pub(super) fn key_on(page: &str) -> String {
    between(page, "<code>", "</code>").unwrap_or_else(|| panic!("no key: {page}"))
}

pub(super) fn recovery_on(page: &str) -> Vec<String> {
    let text = between(page, "<code id=\"codes\">", "</code>")
        .unwrap_or_else(|| panic!("no recovery codes: {page}"));
    text.lines().map(str::to_owned).collect()
}

async fn half(app: &TestApp, email: &str) -> Visitor {
    let mut visitor = Visitor::new(&app.url);
    let shown = visitor.sign_in(email, PASSWORD).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    let (status, problem) = visitor.me().await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(problem["code"], "identity.second_factor_due");
    visitor
}

async fn give(visitor: &mut Visitor, code: &str) -> crate::visitor::Shown {
    let form = [("code", code), ("next", "/sessions")];
    visitor
        .post("/sign-in/second-factor", "/sign-in/second-factor", &form)
        .await
}

#[tokio::test]
async fn a_password_alone_reaches_no_row_once_an_authenticator_is_set_up() {
    let app = TestApp::start().await;
    let person = enrolled(&app).await;
    assert_eq!(person.recovery.len(), 10);
    let mut visitor = half(&app, &person.email).await;
    let shown = visitor.get("/approvals").await;
    assert!(
        shown.location.starts_with("/sign-in/second-factor?next="),
        "{}",
        shown.location
    );
    let hash = visitor.session_hash();
    for role in ["countersign_front", "countersign_broker"] {
        let mut login = PgConnection::connect_with(&app.login(role)).await.unwrap();
        let whole = format!("begin; select ctx.bind_session('\\x{hash}')");
        assert!(login.execute(AssertSqlSafe(whole)).await.is_err());
        let half = format!("rollback; begin; select ctx.bind_half_session('\\x{hash}')");
        login.execute(AssertSqlSafe(half)).await.unwrap();
        for table in [
            "identity.memberships",
            "identity.organisations",
            "jobs.jobs",
        ] {
            let count = format!("select count(*) from {table}");
            let rows: i64 = sqlx::query_scalar(AssertSqlSafe(count))
                .fetch_one(&mut login)
                .await
                .unwrap();
            assert_eq!(rows, 0, "{role} sees {table}");
        }
    }
    let shown = give(&mut visitor, &code(&person.key, "now + 30 seconds")).await;
    assert_eq!(
        (shown.status, shown.location.as_str()),
        (StatusCode::SEE_OTHER, "/sessions")
    );
    assert_eq!(visitor.me().await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_code_is_taken_once_and_none_before_it() {
    let app = TestApp::start().await;
    let person = enrolled(&app).await;
    let next = code(&person.key, "now + 30 seconds");
    assert!(
        give(&mut half(&app, &person.email).await, &next)
            .await
            .status
            .is_redirection()
    );
    let mut second = half(&app, &person.email).await;
    for used in [next, code(&person.key, "now")] {
        let shown = give(&mut second, &used).await;
        assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(shown.text.contains("used already"), "{}", shown.text);
    }
    assert_eq!(second.me().await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_recovery_code_signs_in_once_however_it_is_typed() {
    let app = TestApp::start().await;
    let mut person = enrolled(&app).await;
    let typed = format!(" {} ", person.recovery[3].to_uppercase().replace('-', " "));
    let mut first = half(&app, &person.email).await;
    assert!(give(&mut first, &typed).await.status.is_redirection());
    assert_eq!(first.me().await.0, StatusCode::OK);
    let shown = give(&mut half(&app, &person.email).await, &typed).await;
    assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY);
    // New codes end the older ones.
    let shown = person
        .visitor
        .post("/security", "/security/recovery-codes", &[])
        .await;
    assert_eq!(recovery_on(&shown.text).len(), 10);
    let shown = give(&mut half(&app, &person.email).await, &person.recovery[4]).await;
    assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn guesses_at_once_are_no_more_than_guesses_in_a_row() {
    let app = TestApp::start().await;
    let person = enrolled(&app).await;
    // One more wrong one, and the next wait is longer than this test takes.
    let failed = "insert into identity.factor_tries (user_id, is_half, failures)
                  select user_id, true, 9 from identity.factor_tries";
    assert_eq!(fate(&app, failed).await, 1);
    let mut guessers = tokio::task::JoinSet::new();
    for guess in 0..12 {
        let mut visitor = half(&app, &person.email).await;
        guessers.spawn(async move { give(&mut visitor, &format!("{guess:06}")).await.status });
    }
    let answers = guessers.join_all().await;
    let looked_at = answers
        .iter()
        .filter(|status| **status == StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(looked_at.count(), 1, "{answers:?}");
    // The right one is not looked at either, for a while.
    let mut visitor = half(&app, &person.email).await;
    let shown = give(&mut visitor, &code(&person.key, "now + 30 seconds")).await;
    assert_eq!(shown.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(
        shown
            .retry_after
            .is_some_and(|seconds| (1..=64).contains(&seconds))
    );
    fate(
        &app,
        "update identity.factor_tries set locked_until = now()",
    )
    .await;
    let shown = give(&mut visitor, &code(&person.key, "now + 30 seconds")).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_organisation_that_asks_for_a_second_factor_asks_at_the_next_request() {
    let app = TestApp::start().await;
    let mut owner = Visitor::sign_up(&app, &unused_address(), PASSWORD).await;
    // Whoever asks it of others has one.
    let shown = owner
        .post(
            "/security",
            "/settings/second-factor",
            &[("required", "yes")],
        )
        .await;
    assert_eq!(shown.location, "/settings");
    assert_eq!(owner.me().await.0, StatusCode::OK);
    fate(
        &app,
        "update identity.organisations set mfa_required = true",
    )
    .await;
    let (status, problem) = owner.me().await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(problem["code"], "identity.second_factor_due");
    let page = owner.get("/sign-in/second-factor").await;
    assert!(
        page.text.contains("Your organisation asks for one"),
        "{}",
        page.text
    );
    let page = owner
        .post(
            "/sign-in/second-factor",
            "/sign-in/authenticator",
            &[("next", "/people")],
        )
        .await;
    let shown = give(&mut owner, &code(&key_on(&page.text), "now")).await;
    assert_eq!(recovery_on(&shown.text).len(), 10);
    assert_eq!(owner.me().await.0, StatusCode::OK);
    let shown = owner
        .post("/security", "/security/authenticator/remove", &[])
        .await;
    assert_eq!(shown.location, "/security");
    let page = owner.get("/security").await;
    assert!(
        page.text.contains("asks for a second factor: it stays"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn what_outlives_a_session_needs_a_fresh_proof_in_the_database_too() {
    let app = TestApp::start().await;
    let mut person = enrolled(&app).await;
    fate(
        &app,
        "update identity.sessions set second_factor_at = now() - interval '11 minutes'",
    )
    .await;
    for path in ["/security/recovery-codes", "/security/authenticator/remove"] {
        let shown = person.visitor.post("/prove", path, &[]).await;
        assert_eq!(shown.location, "/prove", "{path}");
    }
    let hash = person.visitor.session_hash();
    let mut login = PgConnection::connect_with(&app.login("countersign_front"))
        .await
        .unwrap();
    for call in [
        "identity.remove_authenticator()",
        "identity.replace_recovery_codes(array[]::bytea[])",
    ] {
        let statement =
            format!("rollback; begin; select ctx.bind_session('\\x{hash}'); select {call}");
        assert_eq!(refusal(&mut login, &statement).await, "CS008", "{call}");
    }
    // Whoever has the session and the password has not the factor.
    assert!(
        !person
            .visitor
            .get("/prove")
            .await
            .text
            .contains("type=\"password\"")
    );
    let password = [("password", PASSWORD), ("next", "/security")];
    let shown = person.visitor.post("/prove", "/prove", &password).await;
    assert_eq!(shown.status, StatusCode::CONFLICT);
    assert!(
        shown.text.contains("You have a second factor"),
        "{}",
        shown.text
    );
    for call in [
        "identity.prove_password('x')",
        "identity.change_password('x', 'y', 'z')",
    ] {
        let statement =
            format!("rollback; begin; select ctx.bind_session('\\x{hash}'); select {call}");
        let expected = if call.contains("prove") {
            "CS010"
        } else {
            "CS008"
        };
        assert_eq!(refusal(&mut login, &statement).await, expected, "{call}");
    }
    let wrong = [("code", "000000"), ("next", "/security")];
    let shown = person.visitor.post("/prove", "/prove", &wrong).await;
    assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY);
    let next = code(&person.key, "now + 30 seconds");
    let right = [("code", next.as_str()), ("next", "/security")];
    let shown = person.visitor.post("/prove", "/prove", &right).await;
    assert_eq!(shown.location, "/security");
    let shown = person
        .visitor
        .post("/security", "/security/authenticator/remove", &[])
        .await;
    assert_eq!(shown.location, "/security");
    // Nothing is owed any more.
    let mut visitor = Visitor::new(&app.url);
    visitor.sign_in(&person.email, PASSWORD).await;
    assert_eq!(visitor.me().await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_stolen_login_of_the_web_process_passes_no_second_factor() {
    let app = TestApp::start().await;
    let person = enrolled(&app).await;
    let visitor = half(&app, &person.email).await;
    let hash = visitor.session_hash();
    let mut thief = PgConnection::connect_with(&app.login("countersign_front"))
        .await
        .unwrap();
    for statement in [
        "select identity.authenticator_tried(99999999999)",
        "select * from identity.try_authenticator()",
        "select identity.begin_authenticator('k', 'x')",
        "select identity.tried(true, 'code')",
        "select sealed from identity.authenticators",
        "select code_hash from identity.recovery_codes",
        "update identity.sessions set second_factor_at = now()",
        "update identity.factor_tries set failures = 0",
    ] {
        let bound =
            format!("rollback; begin; select ctx.bind_half_session('\\x{hash}'); {statement}");
        assert_eq!(refusal(&mut thief, &bound).await, "42501", "{statement}");
    }
}

#[tokio::test]
async fn whoever_has_the_password_alone_has_nobody_wait_who_is_signed_in() {
    let app = TestApp::start().await;
    let mut person = enrolled(&app).await;
    let mut thief = half(&app, &person.email).await;
    for _ in 0..6 {
        give(&mut thief, "000000").await;
    }
    let waits = "update identity.factor_tries set locked_until = now() + interval '1 hour' where failures > 4";
    assert_eq!(fate(&app, waits).await, 1, "the thief waits");
    let next = code(&person.key, "now + 30 seconds");
    let form = [("code", next.as_str()), ("next", "/security")];
    let proved = person.visitor.post("/prove", "/prove", &form).await;
    assert_eq!(proved.status, StatusCode::SEE_OTHER, "{}", proved.text);
    // A new password takes the thief's away, and opens that door for its person.
    fate(
        &app,
        "select identity.password_was_set(id, null) from identity.users",
    )
    .await;
    let mut again = half(&app, &person.email).await;
    let entered = give(&mut again, &person.recovery[0]).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.text);
}
