//! ID-01: a password that was set at another cost than today's is kept at today's from the next sign-in on.

use demo::{Person, unused_address};
use reqwest::StatusCode;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use testkit::app::TestApp;

use crate::sql::{count_try, fate, refusal};
use crate::visitor::Visitor;
use crate::world::PASSWORD;

/// `printf PASSWORD | argon2 0123456789abcdef -id -t 1 -k 1024 -p 1 -l 32`
const DATED: &str = "password_parameters = '$argon2id$v=19$m=1024,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg',
    password_verifier = sha256('\\x6b34cbba390ae79349880134fc8e9d579addbd6f0c5e62c497218691d2e7b970')";
const OF_TODAY: &str = "starts_with(password_parameters, identity.password_cost())";

#[tokio::test]
async fn a_sign_in_brings_a_password_to_todays_cost() {
    let app = TestApp::start().await;
    let email = unused_address();
    Person::sign_up(&app.url, &email, PASSWORD).await.unwrap();
    let of_today =
        format!("update identity.users set name = name where email = '{email}' and {OF_TODAY}");
    assert_eq!(
        fate(&app, &of_today).await,
        1,
        "the hash pool's cost is the database's"
    );
    fate(
        &app,
        &format!("update identity.users set {DATED} where email = '{email}'"),
    )
    .await;
    // A wrong one changes nothing.
    let wrong = Visitor::new(&app.url)
        .sign_in(&email, "not this one at all")
        .await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert_eq!(fate(&app, &of_today).await, 0);
    // Two at once both come in.
    let (mut one, mut other) = (Visitor::new(&app.url), Visitor::new(&app.url));
    let (one, other) = tokio::join!(
        one.sign_in(&email, PASSWORD),
        other.sign_in(&email, PASSWORD)
    );
    assert_eq!(
        (one.status, other.status),
        (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER)
    );
    assert_eq!(fate(&app, &of_today).await, 1);
    // And the same password is still theirs.
    let again = Visitor::new(&app.url).sign_in(&email, PASSWORD).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
}

/// With the login of the web process alone, and somebody's password.
#[tokio::test]
async fn nobody_sets_another_password_by_signing_in() {
    let app = TestApp::start().await;
    let email = unused_address();
    Person::sign_up(&app.url, &email, PASSWORD).await.unwrap();
    let mut thief = PgConnection::connect_with(&app.login("countersign_front"))
        .await
        .unwrap();
    let dated = "'$argon2id$v=19$m=1024,t=1,p=1$salt'";
    let of_today = "identity.password_cost() || 'salt'";
    let cases = [
        (of_today, of_today),
        (of_today, dated),
        (dated, dated),
        (dated, "''"),
    ];
    for (n, (stored, renewed)) in cases.into_iter().enumerate() {
        let known = format!(
            "update identity.users set password_parameters = {stored}, password_verifier = sha256(sha256('known')) where email = '{email}'"
        );
        assert_eq!(fate(&app, &known).await, 1);
        let session = format!("00000000-0000-7000-8000-{n:012}");
        assert_eq!(count_try(&mut thief, (&email, "known"), &session).await, 0);
        let sign_in = format!(
            "select * from identity.sign_in('{email}', sha256('known'),
                row('{session}', sha256('{n}'), '', '', sha256('d'), 60)::identity.new_session, false,
                {}, sha256('other'))",
            renewed.replace("identity.password_cost()", "'$argon2id$v=19$m=19456,t=2,p=1$'"),
        );
        assert_eq!(refusal(&mut thief, &sign_in).await, "done", "{sign_in}");
        let kept = format!(
            "update identity.users set name = name where email = '{email}' and password_verifier = sha256(sha256('known'))"
        );
        assert_eq!(fate(&app, &kept).await, 1, "{stored} became {renewed}");
    }
}
