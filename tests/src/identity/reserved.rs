//! Addresses that nobody has mail at: no person is known by one, however they come.

use demo::unused_address;
use reqwest::StatusCode;
use sqlx::types::Uuid;
use sqlx::{Connection as _, PgConnection};
use testkit::app::TestApp;

use super::issuers::text;
use crate::visitor::Visitor;
use crate::world::PASSWORD;

const RESERVED: [&str; 4] = [
    "ada@controls.invalid",
    "deleted-00000000-0000-7000-8000-000000000000@deleted.invalid",
    "ADA@Displaced.INVALID",
    "ada@any.other.invalid",
];

/// Those who have such an address, the control organisations' people aside.
async fn known(app: &TestApp) -> String {
    text(
        app,
        "select count(*)::text from identity.users where email like '%invalid'",
    )
    .await
}

#[tokio::test]
async fn nobody_signs_up_or_moves_to_an_address_that_nobody_has_mail_at() {
    let app = TestApp::start().await;
    let email = unused_address();
    let mut person = Visitor::sign_up(&app, &email, PASSWORD).await;
    for address in RESERVED {
        let form = [
            ("name", "Ada"),
            ("organisation", "Works"),
            ("email", address),
            ("password", PASSWORD),
        ];
        Visitor::new(&app.url)
            .post("/sign-up", "/sign-up", &form)
            .await;
        assert_eq!(known(&app).await, "0", "{address}");
        let asked = person
            .post("/profile", "/profile/address", &[("new_email", address)])
            .await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
        assert!(
            asked.text.contains("Nobody can have mail at that address"),
            "{}",
            asked.text
        );
    }
    let asked = "select count(*)::text from identity.email_changes";
    assert_eq!(text(&app, asked).await, "0");
}

#[tokio::test]
async fn the_operator_moves_nobody_there_and_confirms_nobody_there() {
    let app = TestApp::start().await;
    let email = unused_address();
    drop(Visitor::sign_up(&app, &email, PASSWORD).await);
    let mut verifier = PgConnection::connect_with(&app.login("countersign_verifier"))
        .await
        .unwrap();
    for address in RESERVED {
        let moved: String = sqlx::query_scalar("select identity.move_account($1, $2)")
            .bind(&email)
            .bind(address)
            .fetch_one(&mut verifier)
            .await
            .unwrap();
        assert_eq!(moved, "reserved", "{address}");
    }
    assert_eq!(known(&app).await, "0");
}

#[tokio::test]
async fn no_mail_is_queued_for_nobody() {
    let app = TestApp::start().await;
    let mut visitor = Visitor::sign_up(&app, &unused_address(), PASSWORD).await;
    let me = visitor.me().await.1;
    let user: kernel::UserId = me["user"].as_str().unwrap().parse().unwrap();
    let mut hand = PgConnection::connect_with(&app.database.superuser_options())
        .await
        .unwrap();
    for address in RESERVED {
        let queued: Option<Uuid> = sqlx::query_scalar(
            "select mail.queue(m.org_id, m.user_id, m.user_id, null, lower($2), 'new_device', '{}')
               from identity.memberships m where m.user_id = $1",
        )
        .bind(user.uuid())
        .bind(address)
        .fetch_one(&mut hand)
        .await
        .unwrap();
        assert_eq!(queued, None, "{address}");
    }
}
