//! ID-13: an invitation is bound to its address, and works once.

use demo::{Person, unused_address};
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use sqlx::{AssertSqlSafe, Executor as _};
use testkit::app::TestApp;

use super::mailed;
use crate::eventually::eventually;
use crate::sql::fate;
use crate::visitor::Visitor;
use crate::world::{PASSWORD, bound, rows_with, signed_up};

const START: &str = "/invitation?token=";

async fn invite(inviter: &Person, email: &str, standing: &str) -> StatusCode {
    let fields = [("email", email), ("standing", standing)];
    let answer = inviter
        .submit("/people/invitations", &fields)
        .await
        .unwrap();
    answer.status()
}

async fn people(person: &Person) -> String {
    let page = person.send(Method::GET, "/people", None).await.unwrap();
    page.text().await.unwrap()
}

async fn sign_up(app: &TestApp, token: &str, name: &str) -> StatusCode {
    let fields = [
        ("token", token),
        ("name", name),
        ("password", PASSWORD),
        ("email", "eve@example.com"),
    ];
    Visitor::new(&app.url)
        .post("/sign-in", "/invitation/sign-up", &fields)
        .await
        .status
}

#[tokio::test]
async fn somebody_without_an_account_joins_by_the_link_under_the_invited_address() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let email = unused_address();
    assert_eq!(
        invite(&owner, &email, "PARTICIPANT-40").await,
        StatusCode::SEE_OTHER
    );
    let token = mailed(&owner, &email, START).await;
    let page = Visitor::new(&app.url).get(&format!("{START}{token}")).await;
    assert!(
        page.text.contains(&email) && page.text.contains("/invitation/sign-up"),
        "{}",
        page.text
    );
    // Whatever address the form says: the invited one it is.
    assert_eq!(sign_up(&app, &token, "Bo").await, StatusCode::SEE_OTHER);
    assert_eq!(
        sign_up(&app, &token, "Eve").await,
        StatusCode::GONE,
        "it worked twice"
    );
    let member = Person::sign_in(&app.url, &email, PASSWORD).await.unwrap();
    assert_eq!(member.me["role"], "PARTICIPANT");
    assert_eq!(
        member.me["organisation_name"],
        owner.me["organisation_name"]
    );
    let seen = people(&owner).await;
    assert!(
        seen.contains(&email) && !seen.contains("Open invitations"),
        "{seen}"
    );
    assert!(
        !people(&member).await.contains("/verify-address/again"),
        "the link verifies the address"
    );
    let log = owner
        .get("/api/v1/audit/entries")
        .await
        .unwrap()
        .to_string();
    assert!(log.contains("identity.invitation_accepted"), "{log}");
    assert_eq!(
        rows_with(&app, &token).await,
        Vec::<String>::new(),
        "the token is at rest"
    );
}

#[tokio::test]
async fn somebody_with_an_account_joins_under_that_address_and_no_other() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let email = unused_address();
    let invited = Person::sign_up(&app.url, &email, PASSWORD).await.unwrap();
    let stranger = signed_up(&app).await;
    invite(&owner, &email, "ADMIN-80").await;
    let token = mailed(&owner, &email, START).await;
    let fields = [("token", token.as_str())];
    let refused = stranger
        .submit("/invitation/accept", &fields)
        .await
        .unwrap();
    assert_eq!(refused.status(), StatusCode::GONE);
    let shown = stranger
        .send(Method::GET, &format!("{START}{token}"), None)
        .await
        .unwrap();
    assert!(
        shown
            .text()
            .await
            .unwrap()
            .contains("signed in under another address")
    );
    // Nor does anybody make a second account under it.
    assert_eq!(sign_up(&app, &token, "Eve").await, StatusCode::GONE);
    let joined = invited.submit("/invitation/accept", &fields).await.unwrap();
    assert_eq!(joined.status(), StatusCode::SEE_OTHER);
    // The session went on in the other organisation, as a new one; a new sign-in finds the link used.
    let again = Person::sign_in(&app.url, &email, PASSWORD).await.unwrap();
    let again = again.submit("/invitation/accept", &fields).await.unwrap();
    assert_eq!(again.status(), StatusCode::GONE);
    assert!(people(&owner).await.contains(&email));
    assert!(!people(&stranger).await.contains(&email));
}

#[tokio::test]
async fn nobody_gives_more_than_they_hold_and_only_admins_invite() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let (admin, member) = (unused_address(), unused_address());
    invite(&owner, &admin, "ADMIN-80").await;
    invite(&owner, &member, "PARTICIPANT-60").await;
    for email in [&admin, &member] {
        let token = mailed(&owner, email, START).await;
        assert_eq!(sign_up(&app, &token, "Bo").await, StatusCode::SEE_OTHER);
    }
    let admin = Person::sign_in(&app.url, &admin, PASSWORD).await.unwrap();
    let member = Person::sign_in(&app.url, &member, PASSWORD).await.unwrap();
    assert_eq!(
        invite(&admin, &unused_address(), "OWNER-100").await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        invite(&admin, &unused_address(), "ADMIN-100").await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        invite(&admin, &unused_address(), "ADMIN-80").await,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        invite(&member, &unused_address(), "REVIEWER-20").await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        invite(&owner, "nobody", "REVIEWER-20").await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn a_revoked_invitation_and_one_of_a_removed_inviter_open_nothing() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let email = unused_address();
    invite(&owner, &email, "REVIEWER-20").await;
    let token = mailed(&owner, &email, START).await;
    let page = people(&owner).await;
    let revoke = page
        .split("action=\"")
        .find(|rest| rest.starts_with("/people/invitations/") && rest.contains("/revoke\""))
        .unwrap();
    let revoke = revoke.split('"').next().unwrap().to_owned();
    let stranger = signed_up(&app).await;
    let foreign = stranger.submit(&revoke, &[]).await.unwrap();
    assert_eq!(foreign.status(), StatusCode::NOT_FOUND, "another tenant's");
    assert_eq!(
        owner.submit(&revoke, &[]).await.unwrap().status(),
        StatusCode::SEE_OTHER
    );
    assert_eq!(sign_up(&app, &token, "Bo").await, StatusCode::GONE);
    // Revoked, the address can be invited anew; demoted, the inviter's word counts no more.
    assert_eq!(
        invite(&owner, &email, "ADMIN-80").await,
        StatusCode::SEE_OTHER
    );
    let second = eventually("another mail comes", async || {
        let newest = mailed(&owner, &email, START).await;
        (newest != token).then_some(newest)
    })
    .await;
    fate(
        &app,
        "update identity.memberships set role = 'PARTICIPANT', level = 60",
    )
    .await;
    assert_eq!(sign_up(&app, &second, "Bo").await, StatusCode::GONE);
}

#[tokio::test]
async fn of_ten_uses_at_once_one_joins() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let email = unused_address();
    invite(&owner, &email, "PARTICIPANT-40").await;
    let token = mailed(&owner, &email, START).await;
    let tries = (0..10).map(|_| sign_up(&app, &token, "Bo"));
    let won = join_all(tries)
        .await
        .into_iter()
        .filter(|status| *status == StatusCode::SEE_OTHER);
    assert_eq!(won.count(), 1);
}

#[tokio::test]
async fn an_address_is_not_flooded_by_sending_again() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let email = unused_address();
    invite(&owner, &email, "PARTICIPANT-40").await;
    let list = owner.get("/api/v1/invitations").await.unwrap();
    let id = list[0]["id"].as_str().unwrap().to_owned();
    for _ in 0..12 {
        fate(
            &app,
            "update mail.outbox set queued_at = now() - interval '2 minutes'",
        )
        .await;
        let again = format!("/people/invitations/{id}/again");
        owner.submit(&again, &[]).await.unwrap();
    }
    let sent = "update mail.outbox set data = data where template = 'invitation' and queuings = 5";
    assert_eq!(fate(&app, sent).await, 1, "five in an hour, and no more");
}

#[tokio::test]
async fn an_organisation_silences_no_other_ones_invitations() {
    let app = TestApp::start().await;
    let (one, other) = (signed_up(&app).await, signed_up(&app).await);
    let email = unused_address();
    let mut noisy = bound(&app, "countersign_front", &one).await;
    for n in 0..7 {
        let id = format!("00000000-0000-7000-8000-00000000000{n}");
        let said: String = sqlx::query_scalar(AssertSqlSafe(format!(
            "select identity.invite('{id}', '{email}', 'PARTICIPANT', 20, null)"
        )))
        .fetch_one(&mut noisy)
        .await
        .unwrap();
        assert_eq!(said, if n < 5 { "invited" } else { "silence" });
        let revoke = format!("select identity.revoke_invitation('{id}')");
        noisy.execute(AssertSqlSafe(revoke)).await.unwrap();
    }
    noisy.execute("commit").await.unwrap();
    assert_eq!(
        invite(&other, &email, "PARTICIPANT-40").await,
        StatusCode::SEE_OTHER
    );
    // All together flood nobody either.
    let many = "update mail.outbox set queuings = 46 where template = 'invitation' and id = (
                    select id from mail.outbox where template = 'invitation' limit 1)";
    assert_eq!(fate(&app, many).await, 1);
    let third = signed_up(&app).await;
    assert_ne!(
        invite(&third, &email, "PARTICIPANT-40").await,
        StatusCode::SEE_OTHER
    );
}
