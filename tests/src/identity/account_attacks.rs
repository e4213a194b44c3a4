//! PR-01, by whoever signs up under an address that is somebody else's: anybody may, before anything is verified.

use demo::{Person, unused_address};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use testkit::app::{TestApp, vouch};

use crate::mail::mailed;
use crate::sql::{fate, refusal};
use crate::world::{PASSWORD, bound, session_hash, signed_up};

async fn invite(inviter: &Person, email: &str) -> String {
    let fields = [("email", email), ("standing", "PARTICIPANT-40")];
    let invited = inviter.submit("/people/invitations", &fields).await;
    assert_eq!(invited.unwrap().status(), StatusCode::SEE_OTHER);
    mailed(inviter, email, "/invitation?token=").await
}

async fn opened(anybody: &Person, token: &str) -> StatusCode {
    let path = format!("/invitation?token={token}");
    let shown = anybody.send(Method::GET, &path, None).await.unwrap();
    shown.status()
}

async fn delete(person: &Person, email: &str) {
    let gone = person.submit("/account/delete", &[("email", email)]).await;
    assert_eq!(gone.unwrap().status(), StatusCode::OK);
}

async fn log(person: &Person) -> String {
    let answer = person
        .send(Method::GET, "/api/v1/audit/entries", None)
        .await;
    answer.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn whoever_squats_an_address_and_goes_ends_no_invitation_of_its_owners() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let email = unused_address();
    let token = invite(&owner, &email).await;
    let squatter = Person::sign_up(&app.url, &email, PASSWORD).await.unwrap();
    delete(&squatter, &email).await;
    assert_eq!(opened(&owner, &token).await, StatusCode::OK);
    let mails = "update mail.outbox set data = data where invitation_id is not null";
    assert_eq!(fate(&app, mails).await, 1, "the mail that carries it");
    assert!(!log(&owner).await.contains("identity.invitation_revoked"));
}

#[tokio::test]
async fn an_invitation_to_an_account_that_goes_is_revoked_and_its_organisation_is_told() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let bo = signed_up(&app).await;
    let email = bo.me["email"].as_str().unwrap();
    let token = invite(&owner, email).await;
    delete(&bo, email).await;
    assert_eq!(opened(&owner, &token).await, StatusCode::GONE);
    assert!(log(&owner).await.contains("identity.invitation_revoked"));
    let named = format!("update identity.invitations set email = email where email = '{email}'");
    assert_eq!(fate(&app, &named).await, 0);
}

async fn export(person: &Person) -> Value {
    let answer = person.send(Method::GET, "/account/export", None).await;
    answer.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn an_export_shows_nobody_what_was_sent_to_an_address_that_they_only_claim() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    // Somebody had the address before, and a mail that tells where they sign in.
    let before = signed_up(&app).await;
    let email = before.me["email"].as_str().unwrap().to_owned();
    let left = format!(
        "insert into mail.outbox (org_id, id, user_id, recipient, template, data, state)
         select m.org_id, gen_random_uuid(), u.id, u.email, 'new_device', '{{\"address\": \"203.0.113.77\"}}', 'sent'
           from identity.users u join identity.memberships m on m.user_id = u.id where u.email = '{email}'"
    );
    assert_eq!(fate(&app, &left).await, 1);
    let moved =
        format!("update identity.users set email = 'moved-{email}' where email = '{email}'");
    assert_eq!(fate(&app, &moved).await, 1);
    invite(&owner, &email).await;
    let squatter = Person::sign_up(&app.url, &email, PASSWORD).await.unwrap();
    let document = export(&squatter).await;
    assert_eq!(document["account"]["email"], email);
    assert!(!document["mail"].to_string().contains("203.0.113.77"));
    assert_eq!(document["invitations"], serde_json::json!([]));
    // Once it is theirs, they see that they are invited, and still nobody else's mail.
    vouch(&app.database, &email).await;
    let document = export(&squatter).await;
    assert_eq!(document["invitations"].as_array().unwrap().len(), 1);
    assert!(!document["mail"].to_string().contains("203.0.113.77"));
}

#[tokio::test]
async fn the_events_of_an_account_leave_out_an_organisations_access_once_its_person_left() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let bo = crate::access::colleague(&app, &owner, "ADMIN-80").await;
    let role = serde_json::json!({ "name": "Reader", "level": 20, "permissions": ["people.read"] });
    bo.write(Method::POST, "/api/v1/roles", &role, StatusCode::CREATED)
        .await
        .unwrap();
    let asked = "select count(*) from identity.own_events(null, 200) where action like 'access.%'";
    for expected in [1, 0] {
        let mut front = if expected == 1 {
            bound(&app, "countersign_front", &bo).await
        } else {
            bo.submit("/organisations/leave", &[]).await.unwrap();
            lone(&app, &bo).await
        };
        let seen: i64 = sqlx::query_scalar(asked)
            .fetch_one(&mut front)
            .await
            .unwrap();
        assert_eq!(seen, expected);
    }
}

/// A direct connection of the web process's login, bound to a session that is in no organisation.
async fn lone(app: &TestApp, person: &Person) -> PgConnection {
    let login = app.login("countersign_front");
    let mut connection = PgConnection::connect_with(&login).await.unwrap();
    let hash = session_hash(person).to_hex();
    let bind = format!("begin; select ctx.bind_lone_session('\\x{hash}')");
    assert_eq!(refusal(&mut connection, &bind).await, "done");
    connection
}

#[tokio::test]
async fn an_organisation_does_not_follow_whoever_left_to_their_new_address() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let bo = crate::access::colleague(&app, &owner, "PARTICIPANT-40").await;
    bo.submit("/organisations/leave", &[]).await.unwrap();
    let mut front = bound(&app, "countersign_front", &owner).await;
    let addresses: Vec<String> = sqlx::query_scalar("select email from identity.addresses()")
        .fetch_all(&mut front)
        .await
        .unwrap();
    assert_eq!(addresses, [owner.me["email"].as_str().unwrap()]);
    // Their name stands where they did something; their address is no column that anybody reads.
    for role in ["countersign_front", "countersign_broker"] {
        let mut login = bound(&app, role, &owner).await;
        let named = "select name from identity.users where email_verified_at is not null";
        assert_eq!(refusal(&mut login, named).await, "done");
        let address = "select email from identity.users";
        assert_eq!(refusal(&mut login, address).await, "42501", "{role}");
    }
}
