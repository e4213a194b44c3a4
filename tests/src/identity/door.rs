//! ID-10: wrong passwords are counted in the database, for every replica, and cost the person nothing where
//! they are known.

use demo::unused_address;
use futures_util::future::join_all;
use reqwest::StatusCode;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use testkit::app::TestApp;

use crate::sql::{count_try, fate, refusal};
use crate::visitor::Visitor;
use crate::world::{PASSWORD, bound, signed_up};

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
    let guesses = (0..30).map(|n| {
        let (login, email) = (app.login("countersign_front"), email.clone());
        async move {
            let mut thief = PgConnection::connect_with(&login).await.unwrap();
            guess(&mut thief, &email, n).await
        }
    });
    let looked_at = join_all(guesses)
        .await
        .into_iter()
        .filter(|wait| *wait == 0);
    assert_eq!(looked_at.count(), 10);
    let counted = format!(
        "update identity.sign_in_tries set failures = failures
          where door = identity.sign_in_door('{email}', null) and failures = 10"
    );
    assert_eq!(
        fate(&app, &counted).await,
        1,
        "ten were counted, and no more"
    );
    let mut thief = PgConnection::connect_with(&app.login("countersign_front"))
        .await
        .unwrap();
    for statement in [
        "update identity.sign_in_tries set failures = 0",
        "delete from identity.sign_in_tries",
        "select identity.sign_in_tried(sha256('x'), true)",
        "delete from identity.counted_tries",
        "select identity.use_counted_try(gen_random_uuid(), sha256('x'), 'x')",
    ] {
        assert_eq!(refusal(&mut thief, statement).await, "42501", "{statement}");
    }
}

/// What a thief of the web process's login tries as a password, counted before: seconds to wait.
async fn guess(thief: &mut PgConnection, email: &str, n: u32) -> i32 {
    let session = format!("00000000-0000-7000-8000-{n:012}");
    let wait = count_try(thief, (email, &n.to_string()), &session).await;
    if wait == 0 {
        assert_eq!(refusal(thief, &look(email, n, &session)).await, "done");
    }
    wait
}

fn look(email: &str, n: u32, session: &str) -> String {
    format!(
        "select * from identity.sign_in('{email}', sha256('{n}'),
            row('{session}', sha256('t'), '', '', sha256('d'), 60)::identity.new_session, false)"
    )
}

#[tokio::test]
async fn nobody_looks_at_a_password_that_was_not_counted_for_good() {
    let app = TestApp::start().await;
    let email = unused_address();
    Visitor::sign_up(&app, &email, PASSWORD).await;
    let mut thief = PgConnection::connect_with(&app.login("countersign_front"))
        .await
        .unwrap();
    let session = "00000000-0000-7000-8000-000000000001";
    // Not at all; or in a transaction that they could roll back once they saw the answer.
    assert_eq!(
        refusal(&mut thief, &look(&email, 1, session)).await,
        "42501"
    );
    for begin in ["begin", "begin; savepoint s"] {
        assert_eq!(refusal(&mut thief, begin).await, "done");
        assert_eq!(count_try(&mut thief, (&email, "1"), session).await, 0);
        assert_eq!(
            refusal(&mut thief, &look(&email, 1, session)).await,
            "42501"
        );
        assert_eq!(refusal(&mut thief, "rollback").await, "done");
    }
    // One count is for one password of one address, once.
    assert_eq!(count_try(&mut thief, (&email, "1"), session).await, 0);
    assert_eq!(
        refusal(&mut thief, &look(&email, 2, session)).await,
        "42501"
    );
    let other = unused_address();
    assert_eq!(
        refusal(&mut thief, &look(&other, 1, session)).await,
        "42501"
    );
    // Looked at and rolled back, it stays counted.
    let rolled_back = format!("begin; {}; rollback", look(&email, 1, session));
    assert_eq!(refusal(&mut thief, &rolled_back).await, "done");
    assert_eq!(refusal(&mut thief, &look(&email, 1, session)).await, "done");
    assert_eq!(
        refusal(&mut thief, &look(&email, 1, session)).await,
        "42501"
    );
    let counted = "update identity.sign_in_tries set failures = failures where failures = 1";
    assert_eq!(fate(&app, counted).await, 1);
}

#[tokio::test]
async fn a_session_has_nothing_looked_at_that_was_not_counted_for_good() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    for (count, look) in [
        (
            "select identity.count_password(sha256('1'), false)",
            "select identity.prove_password(sha256('1'))",
        ),
        (
            "select identity.count_password(sha256('2'), true)",
            "select identity.change_password(sha256('2'), 'p', sha256('3'))",
        ),
        (
            "select identity.count_recovery_code(sha256('3'))",
            "select identity.use_recovery_code(sha256('3'))",
        ),
    ] {
        // Not at all; or together with the count, to roll both back.
        let mut thief = bound(&app, "countersign_front", &owner).await;
        assert_eq!(refusal(&mut thief, look).await, "42501");
        let mut thief = bound(&app, "countersign_front", &owner).await;
        assert_eq!(refusal(&mut thief, count).await, "done");
        assert_eq!(refusal(&mut thief, look).await, "42501");
        // Counted, it may be looked at once, and stays counted whatever becomes of that; no other one may.
        let mut thief = bound(&app, "countersign_front", &owner).await;
        assert_eq!(refusal(&mut thief, count).await, "done");
        assert_eq!(refusal(&mut thief, "commit").await, "done");
        let other = "select identity.use_recovery_code(sha256('other'))";
        let mut thief = bound(&app, "countersign_front", &owner).await;
        assert_eq!(refusal(&mut thief, other).await, "42501");
        let mut thief = bound(&app, "countersign_front", &owner).await;
        assert_eq!(refusal(&mut thief, look).await, "done");
        assert_eq!(refusal(&mut thief, look).await, "42501");
        assert_eq!(refusal(&mut thief, "rollback").await, "done");
    }
    let counted = "update identity.factor_tries set failures = failures where failures = 3";
    assert_eq!(fate(&app, counted).await, 1);
}
