//! PR-01, by whoever signs up under an address that is somebody else's: anybody may, before anything is verified.

use demo::{Person, unused_address};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use testkit::app::TestApp;

use crate::mail::mailed;
use crate::sql::fate;
use crate::world::{PASSWORD, signed_up};

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
    let answer = person.send(Method::GET, "/api/v1/audit/entries", None).await;
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
