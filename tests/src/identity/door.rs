//! ID-10: wrong passwords are counted in the database, for every replica, and cost the person nothing where
//! they are known.

use demo::unused_address;
use futures_util::future::join_all;
use reqwest::StatusCode;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use testkit::app::TestApp;

use crate::sql::{fate, refusal};
use crate::visitor::Visitor;
use crate::world::PASSWORD;

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const WRONG: &str = "wrong horse battery staple";

/// Ten failures that no process remembers.
async fn ten_failures(app: &TestApp, email: &str) {
    let mut guesser = Visitor::new(&app.url);
    let shown = guesser.sign_in(email, WRONG).await;
    assert_eq!(shown.status, StatusCode::UNAUTHORIZED, "{}", shown.text);
    fate(app, "update identity.sign_in_tries set failures = 9").await;
    let shown = guesser.sign_in(email, WRONG).await;
    assert_eq!(shown.status, StatusCode::UNAUTHORIZED, "{}", shown.text);
}

#[tokio::test]
async fn after_ten_wrong_ones_the_address_waits_and_its_person_does_not_where_they_are_known() {
    let app = TestApp::start().await;
    let email = unused_address();
    Visitor::sign_up(&app, &email, PASSWORD).await;
    let mut known = Visitor::new(&app.url);
    known.agent = BROWSER;
    known.sign_in(&email, PASSWORD).await;
    known.forget("session");
    ten_failures(&app, &email).await;
    let mut stranger = Visitor::new(&app.url);
    let shown = stranger.sign_in(&email, PASSWORD).await;
    assert_eq!(
        shown.status,
        StatusCode::TOO_MANY_REQUESTS,
        "{}",
        shown.text
    );
    assert!(
        shown
            .retry_after
            .is_some_and(|seconds| (1..=2).contains(&seconds))
    );
    let shown = known.sign_in(&email, PASSWORD).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    // And whoever waited is let in.
    fate(
        &app,
        "update identity.sign_in_tries set locked_until = now()",
    )
    .await;
    let shown = stranger.sign_in(&email, PASSWORD).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
}

#[tokio::test]
async fn an_address_that_nobody_has_waits_alike() {
    let app = TestApp::start().await;
    let email = unused_address();
    ten_failures(&app, &email).await;
    let shown = Visitor::new(&app.url).sign_in(&email, PASSWORD).await;
    assert_eq!(
        shown.status,
        StatusCode::TOO_MANY_REQUESTS,
        "{}",
        shown.text
    );
}

#[tokio::test]
async fn a_stolen_login_of_the_web_process_guesses_no_faster() {
    let app = TestApp::start().await;
    let email = unused_address();
    Visitor::sign_up(&app, &email, PASSWORD).await;
    let guess = |n: u32| {
        format!(
            "select * from identity.sign_in('{email}', sha256('{n}'),
                row(gen_random_uuid(), sha256('t'), '', '', sha256('d'), 60)::identity.new_session, true)"
        )
    };
    let guesses = (0..30).map(|n| {
        let (login, guess) = (app.login("countersign_front"), guess(n));
        async move {
            let mut thief = PgConnection::connect_with(&login).await.unwrap();
            thief.execute(AssertSqlSafe(guess)).await.unwrap();
        }
    });
    join_all(guesses).await;
    let many = "update identity.sign_in_tries set failures = failures where failures > 10";
    assert_eq!(fate(&app, many).await, 0, "more than ten were looked at");
    let mut thief = PgConnection::connect_with(&app.login("countersign_front"))
        .await
        .unwrap();
    for statement in [
        "update identity.sign_in_tries set failures = 0",
        "delete from identity.sign_in_tries",
        "select identity.sign_in_tried(sha256('x'), true)",
    ] {
        assert_eq!(refusal(&mut thief, statement).await, "42501", "{statement}");
    }
}
