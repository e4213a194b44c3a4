//! A person in no organisation: they sign in, see that they are in none, and reach nothing of anybody's; an
//! invitation, a reset and an organisation of their own bring them back.

use demo::{Person, unused_address};
use kernel::UserId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, Connection as _};
use testkit::app::TestApp;

use crate::access::colleague;
use crate::mail::mailed;
use crate::sql::{fate, refusal};
use crate::visitor::Visitor;
use crate::world::{PASSWORD, signed_up};

/// Somebody who has just been removed from their only organisation.
pub(super) async fn removed(app: &TestApp, owner: &Person) -> (String, String) {
    let bo = colleague(app, owner, "ADMIN-80").await;
    let user = bo.me["user"].as_str().unwrap().to_owned();
    let gone = owner
        .submit(&format!("/people/{user}/remove"), &[])
        .await
        .unwrap();
    assert_eq!(gone.status(), StatusCode::SEE_OTHER);
    let email = bo.me["email"].as_str().unwrap().to_owned();
    (email, user)
}

pub(super) async fn signed_in(app: &TestApp, email: &str) -> Visitor {
    let mut visitor = Visitor::new(&app.url);
    let shown = visitor.sign_in(email, PASSWORD).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    visitor
}

#[tokio::test]
async fn they_sign_in_to_a_page_that_says_so_and_see_nothing_of_anybodys() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let (email, _) = removed(&app, &owner).await;
    let mut visitor = signed_in(&app, &email).await;
    for path in ["/", "/people", "/approvals", "/settings", "/audit"] {
        let shown = visitor.get(path).await;
        assert!(shown.location.starts_with("/organisations"), "{path}");
    }
    let page = visitor.get("/organisations").await;
    assert!(page.text.contains("You are in no organisation"));
    let (status, problem) = visitor.me().await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::FORBIDDEN, &json!("identity.no_organisation"))
    );
    for path in ["/api/v1/people", "/api/v1/audit/entries", "/api/v1/mails"] {
        assert_eq!(
            visitor.get(path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    assert_eq!(visitor.get("/api/v1/organisations").await.text, "[]");
    let hash = visitor.session_hash();
    for role in ["countersign_front", "countersign_broker"] {
        let mut login = PgConnection::connect_with(&app.login(role)).await.unwrap();
        let whole = format!("begin; select ctx.bind_session('\\x{hash}')");
        assert_eq!(refusal(&mut login, &whole).await, "CS023");
        let lone = format!("rollback; begin; select ctx.bind_lone_session('\\x{hash}')");
        assert_eq!(refusal(&mut login, &lone).await, "done");
        assert_eq!(tables_with_rows(&mut login).await, Vec::<String>::new());
    }
}

/// Tenants' tables of which the login sees a row.
async fn tables_with_rows(login: &mut PgConnection) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.oid::regclass::text from pg_class c
          where c.relkind in ('r', 'p') and has_any_column_privilege(c.oid, 'select')
            and has_schema_privilege(c.relnamespace, 'usage')
            and (exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id')
                 or c.oid in ('identity.users'::regclass, 'identity.organisations'::regclass))
          order by 1",
    )
    .fetch_all(&mut *login)
    .await
    .unwrap();
    assert!(tables.len() > 10, "{tables:?}");
    let mut found = Vec::new();
    for table in tables {
        let count = format!("select count(*) from {table}");
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(count))
            .fetch_one(&mut *login)
            .await
            .unwrap();
        if rows > 0 {
            found.push(table);
        }
    }
    found
}

#[tokio::test]
async fn an_invitation_brings_them_back_under_the_account_that_they_have() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let (email, user) = removed(&app, &owner).await;
    let fields = [("email", email.as_str()), ("standing", "PARTICIPANT-40")];
    // The invitation that they came by first lies in the same mailbox.
    let before = mailed(&owner, &email, "/invitation?token=").await;
    owner.submit("/people/invitations", &fields).await.unwrap();
    let token = loop {
        let token = mailed(&owner, &email, "/invitation?token=").await;
        if token != before {
            break token;
        }
    };
    let link = format!("/invitation?token={token}");
    let shown = Visitor::new(&app.url).get(&link).await;
    assert!(
        shown.text.contains("That address has an account"),
        "{}",
        shown.text
    );
    let mut visitor = signed_in(&app, &email).await;
    let shown = visitor.get(&link).await;
    assert!(shown.text.contains("/invitation/accept"), "{}", shown.text);
    let joined = visitor
        .post(&link, "/invitation/accept", &[("token", &token)])
        .await;
    assert_eq!(joined.status, StatusCode::SEE_OTHER, "{}", joined.text);
    let (_, me) = visitor.me().await;
    assert_eq!(
        (&me["user"], &me["role"], &me["organisation"]),
        (
            &json!(user),
            &json!("PARTICIPANT"),
            &owner.me["organisation"]
        )
    );
    // Nobody else does, who is in no organisation either.
    let (other, _) = removed(&app, &owner).await;
    let mut other = signed_in(&app, &other).await;
    let refused = other
        .post("/organisations", "/invitation/accept", &[("token", &token)])
        .await;
    assert_eq!(refused.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_reset_works_without_an_organisation_and_none_sees_its_mail() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let (email, _) = removed(&app, &owner).await;
    let mut visitor = Visitor::new(&app.url);
    visitor
        .post("/forgot-password", "/forgot-password", &[("email", &email)])
        .await;
    let token = mailed(&owner, &email, "/reset-password?token=").await;
    let outbox = owner.get("/api/v1/mails").await.unwrap().to_string();
    assert!(!outbox.contains("reset_password"), "{outbox}");
    let new = "another horse battery staple";
    let link = format!("/reset-password?token={token}");
    let form = [("token", token.as_str()), ("password", new)];
    let set = visitor.post(&link, "/reset-password", &form).await;
    assert!(
        set.status.is_redirection() || set.status.is_success(),
        "{}",
        set.text
    );
    assert_eq!(
        visitor.sign_in(&email, PASSWORD).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        visitor.sign_in(&email, new).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(visitor.get("/").await.location, "/organisations");
    let log = owner
        .get("/api/v1/audit/entries")
        .await
        .unwrap()
        .to_string();
    assert!(!log.contains("identity.password_reset"), "{log}");
}

#[tokio::test]
async fn they_make_an_organisation_of_their_own() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let (email, user) = removed(&app, &owner).await;
    let mut visitor = signed_in(&app, &email).await;
    let made = visitor
        .post("/organisations", "/organisations", &[("name", "Mine")])
        .await;
    assert_eq!(made.location, "/");
    let (_, me) = visitor.me().await;
    assert_eq!(
        (&me["user"], &me["role"], &me["organisation_name"]),
        (&json!(user), &json!("OWNER"), &json!("Mine"))
    );
    assert_eq!(visitor.get("/people").await.status, StatusCode::OK);
}

#[tokio::test]
async fn they_prove_who_they_are_and_sign_out() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let (email, _) = removed(&app, &owner).await;
    let mut visitor = signed_in(&app, &email).await;
    let proved = visitor
        .post(
            "/prove",
            "/prove",
            &[("password", PASSWORD), ("next", "/organisations")],
        )
        .await;
    assert_eq!(proved.location, "/organisations", "{}", proved.text);
    let out = visitor.post("/organisations", "/sign-out", &[]).await;
    assert_eq!(out.location, "/sign-in");
    assert_eq!(
        visitor.get("/organisations").await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn the_api_says_that_an_organisation_is_due() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let (email, _) = removed(&app, &owner).await;
    let form = json!({ "email": email, "password": PASSWORD });
    let (status, answer): (StatusCode, Value) = Visitor::new(&app.url)
        .api("/sign-in", (Method::POST, "/api/v1/sessions"), &form)
        .await;
    assert_eq!(
        (status, &answer["due"]),
        (StatusCode::ACCEPTED, &json!("organisation"))
    );
}

#[tokio::test]
async fn a_second_factor_is_asked_for_before_that() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let (email, user) = removed(&app, &owner).await;
    let user: UserId = user.parse().unwrap();
    let factor = format!(
        "insert into identity.authenticators (user_id, key_id, sealed, confirmed_at)
         select '{}', id, 'x', now() from broker.server_keys",
        user.uuid()
    );
    assert_eq!(fate(&app, &factor).await, 1);
    let mut visitor = signed_in(&app, &email).await;
    let shown = visitor.get("/organisations").await;
    assert!(shown.location.starts_with("/sign-in/second-factor"));
    let front = app.login("countersign_front");
    let mut login = PgConnection::connect_with(&front).await.unwrap();
    let hash = visitor.session_hash();
    let whole = format!("begin; select ctx.bind_session('\\x{hash}')");
    assert_eq!(refusal(&mut login, &whole).await, "CS007");
    let lone = format!("rollback; begin; select ctx.bind_lone_session('\\x{hash}')");
    assert_eq!(refusal(&mut login, &lone).await, "CS001");
}

#[tokio::test]
async fn nobody_is_a_member_of_nowhere() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let (email, _) = removed(&app, &owner).await;
    signed_in(&app, &email).await;
    let options = app.database.superuser_options();
    let mut hand = PgConnection::connect_with(&options).await.unwrap();
    let revive =
        "update identity.memberships set removed_at = null where org_id = identity.nowhere()";
    // check_violation
    assert_eq!(refusal(&mut hand, revive).await, "23514");
    let switched = Person::sign_up(&app.url, &unused_address(), PASSWORD)
        .await
        .unwrap();
    let mut front = crate::world::bound(&app, "countersign_front", &switched).await;
    let join = "select identity.switch_organisation('00000000-0000-8000-8000-000000000000')";
    assert_eq!(refusal(&mut front, join).await, "done");
    let here: Option<Uuid> = sqlx::query_scalar("select ctx.org()")
        .fetch_one(&mut front)
        .await
        .unwrap();
    assert!(here.is_some(), "it said no");
}
